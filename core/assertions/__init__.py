"""Model assertions: rules over detections that a sound detector would not violate.

After Kang, Raghavan, Bailis and Zaharia, "Model Assertions for Monitoring and Improving ML
Models", MLSys 2020.
"""
