"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

Model = Annotated[str, typer.Option(help="A .pt or .onnx file, an OpenVINO folder, or a name.")]
Confidence = Annotated[float, typer.Option(help="Drop boxes with a lower score, 0 to 1.")]
Classes = Annotated[str | None, typer.Option(help="Keep only these classes, as car,truck.")]
DeviceName = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
BackendName = Annotated[
    str, typer.Option(help="auto (the fastest here), torch, onnx, openvino or tensorrt.")
]
Iou = Annotated[float, typer.Option(help="Of boxes that overlap by more, keep the surest, 0 to 1.")]
ImageSize = Annotated[
    int | None, typer.Option(min=32, help="Longer side of the network's input, px.")
]
Every = Annotated[int, typer.Option(min=1, help="Look at every n-th frame.")]
DetectorName = Annotated[
    str, typer.Option(help="Another detector than YOLO, by its installed name.")
]

Number = Annotated[int | None, typer.Option("-n", help="Frames to choose.")]
Proportion = Annotated[
    float | None, typer.Option(help="Or their share, above 0 to 1; 0.1 by default.")
]
Strategies = Annotated[
    list[str] | None,
    typer.Option(
        "--strategy",
        metavar="NAME[=STRENGTH]",
        help="diversity, diversity:objects, uncertainty, uncertainty:margin, "
        "uncertainty:entropy, object_frequency, flickering, flickering:tutorial, "
        "missed_boxes, typicality, typicality:objects, or a column of --metadata; "
        "again for several. By default diversity, uncertainty and flickering.",
    ),
]
SelectThresholds = Annotated[
    list[str] | None,
    typer.Option("--threshold", help='Only frames that pass, as "flickering>=0.6".'),
]
MinDistance = Annotated[
    float | None,
    typer.Option(help="Stop when all that is left is nearer than this, 0 to 2."),
]
Apart = Annotated[int, typer.Option(help="Least frames from one chosen to the next.")]
Seed = Annotated[int, typer.Option(help="Decides between frames worth the same.")]

Neighbours = Annotated[
    int, typer.Option(help="Frames before and after each that come along as context.")
]
MinScore = Annotated[float, typer.Option(help="Least score of the model's own boxes, 0 to 1.")]
Renamed = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        metavar="OLD=NEW",
        help="Call a class otherwise; nothing after = leaves it out; again for several.",
    ),
]
DropEmpty = Annotated[bool, typer.Option("--drop-empty", help="Leave out frames without boxes.")]
Validation = Annotated[float, typer.Option(help="Share for validation, 0 for no split.")]
Pictures = Annotated[
    str | None,
    typer.Option(help="png, jpeg, video (whole ones) or none; by default as the format has it."),
]
Quality = Annotated[int | None, typer.Option(help="Of JPEG, 1 to 100; 92 by default.")]
PictureNames = Annotated[
    str | None,
    typer.Option(
        metavar="PATTERN",
        help="Names of the pictures, of {video}, {frame}, {ext} and {seconds}; "
        "by default as Lightly's: {video}-{frame}-{ext}.",
    ),
]
Crops = Annotated[bool, typer.Option("--crops", help="Also cut out each imputed box.")]
Overlays = Annotated[
    bool, typer.Option("--overlays", help="Also write pictures with boxes drawn in.")
]
Sheet = Annotated[
    bool, typer.Option("--sheet", help="Also write one picture that shows all frames.")
]

Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")]
Projects = Annotated[
    list[Path], typer.Argument(metavar="PROJECT", help="One or several .flickerscope folders.")
]
Endpoint = Annotated[
    str | None, typer.Option(help="Address of a server that speaks S3, if it is not AWS.")
]
Region = Annotated[str | None, typer.Option(help="Region of the buckets.")]
Profile = Annotated[str | None, typer.Option(help="Named profile of the AWS configuration.")]
