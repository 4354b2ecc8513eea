"""What the pictures in a folder of frames are called."""


def frame_name(number: int) -> str:
    """The name of a frame in a folder of frames: 00000.png, 00001.png …"""
    return f"{number:05d}.png"
