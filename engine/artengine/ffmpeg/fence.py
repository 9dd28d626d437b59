"""The fence: arguments that restrict ffmpeg to one regular file."""

from __future__ import annotations

from pathlib import Path

from artengine.errors import SourceError

# Demuxers of self-contained files. hls, concat, dash, image2 and others whose files name further
# files are excluded on purpose.
_FORMATS = (
    "3gp,amv,apng,asf,av1,avi,avs2,avs3,bink,cavsvideo,dirac,dnxhd,dv,evc,f4v,fli,flic,flv,gif,gxf,"
    "h261,h263,h264,hevc,ivf,jpegxl_anim,lvf,m4v,matroska,mjpeg,mjpeg_2000,mov,mpeg,mpegts,"
    "mpegvideo,mv,mxf,nsv,nut,obu,ogg,pmp,roq,rm,smjpeg,smk,svag,swf,vc1,vc1test,vvc,webm,"
    "webp_anim,wtv,yop,yuv4mpegpipe,"
    "aac,ac3,aiff,amr,ape,au,caf,dts,eac3,flac,mp3,mpc,mpc8,qoa,tak,tta,voc,w64,wav,wv"  # sound
)


def input_arguments(
    path: Path,
    *,
    seek: float | None = None,
    file_clock: bool = True,
    options: tuple[str, ...] = (),
    sound: bool = False,
) -> list[str]:
    """Return the arguments that open one file, and nothing else.

    Args:
        path: a regular file.
        seek: start at the last key frame at or before this many seconds.
        file_clock: keep the file's own time stamps, counted from its start. Without it ffmpeg joins
            clocks that restart, as in recordings of broadcasts, and seeking is impossible.
        options: further options of the input, such as a decoder.
        sound: whether error messages ask for a sound file instead of a video file.

    Raises:
        SourceError: when it is missing, empty or not a regular file.
    """
    wanted = "a sound or video file" if sound else "a video file"
    if path.is_dir():
        instead = wanted if sound else f"{wanted}, or use the images source"
        raise SourceError(f"{path} is a folder; give {instead}")
    if not path.exists():
        raise SourceError(f"there is no file {path}; check the path")
    if not path.is_file():
        raise SourceError(f"{path} is not a regular file; give {wanted}")
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty (0 bytes); copy or download it again")
    safe = ["-protocol_whitelist", "file,pipe", "-format_whitelist", _FORMATS]
    clock = ["-copyts", "-start_at_zero"] if file_clock else []
    at = [] if seek is None or seek <= 0 else ["-noaccurate_seek", "-ss", f"{seek:.6f}"]
    return [*safe, *clock, *at, *options, "-i", f"file:{path.absolute()}"]
