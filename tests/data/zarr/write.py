"""Writes the two stores beside it, with zarr-python 3.1.6 and numcodecs 0.16.6:

    pip install zarr==3.1.6 numcodecs==0.16.6 numpy
    python write.py

Each array has the dimensions chain and draw, in one of many encodings that zarr-python, xarray and ArviZ use or have used.
Its value is 100 * chain + draw + 1000 * element, in the smaller types modulo 251 or 2.
"""

import shutil
import warnings

import numcodecs
import numpy as np
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

warnings.simplefilter("ignore")
CHAINS, DRAWS = 4, 100


def values(elements=None, of="f8"):
    value = 100 * np.arange(CHAINS)[:, None] + np.arange(DRAWS)
    if elements is not None:
        value = value[..., None] + 1000 * np.arange(elements)
    kind = np.dtype(of).kind
    size = np.dtype(of).itemsize
    return (value % 2 if kind == "b" else value % 251 if size == 1 else value).astype(of)


def version_3():
    group = zarr.create_group("version_3.zarr", zarr_format=3).create_group("posterior")

    def add(name, data, chunks, names=("chain", "draw"), **more):
        array = group.create_array(name, shape=data.shape, dtype=data.dtype, chunks=chunks, dimension_names=names, **more)
        array[...] = data

    whole = (CHAINS, DRAWS)
    x = values()
    add("plain", x, (4, 64), compressors=None)
    add("small_chunks", x, (3, 30), compressors=None)
    add("checked", x, (4, 64), compressors=Crc32cCodec())
    add("gzip", x, whole, compressors=GzipCodec())
    add("zstd_checked", x, whole, compressors=[ZstdCodec(), Crc32cCodec()])
    add("default", x, (4, 64))
    for compressor in ["zstd", "lz4", "lz4hc", "zlib", "blosclz"]:
        for shuffle in ["shuffle", "bitshuffle", "noshuffle"]:
            codec = BloscCodec(cname=compressor, shuffle=shuffle, typesize=8, blocksize=1024)
            add(f"blosc_{compressor}_{shuffle}", x, whole, compressors=codec)
    add("big_endian", x, whole, compressors=None, serializer=BytesCodec(endian="big"))
    add("transposed", values(3), (4, 64, 2), ("chain", "draw", "school"), filters=TransposeCodec(order=(2, 0, 1)))
    add("draw_first", values(3).transpose(1, 2, 0), (64, 3, 4), ("draw", "school", "chain"), compressors=None)
    for of in ["f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "bool"]:
        add(f"of_{of}", values(of=of), whole, compressors=BloscCodec(shuffle="bitshuffle"))
    add("text", np.full(whole, "a", dtype="U3"), whole)
    # Of the second chunk nothing is written: it is the fill value.
    half = group.create_array(
        "half", shape=whole, dtype="f8", chunks=(4, 64), dimension_names=("chain", "draw"), fill_value=np.nan
    )
    half[:, :64] = x[:, :64]
    add("school", np.array(["A", "Bee", "St. C"]), (3,), ("school",))


def version_2():
    root = zarr.create_group("version_2.zarr", zarr_format=2)
    group = root.create_group("posterior")

    def add(name, data, chunks, names=("chain", "draw"), compressors=None, **more):
        array = group.create_array(name, shape=data.shape, dtype=data.dtype, chunks=chunks, compressors=compressors, **more)
        array.attrs["_ARRAY_DIMENSIONS"] = list(names)
        array[...] = data

    whole = (CHAINS, DRAWS)
    x = values()
    add("plain", x, (3, 30), fill_value=None)
    add("slashes", x, (3, 30), chunk_key_encoding={"name": "v2", "separator": "/"})
    add("blosc", x, (4, 64), compressors=numcodecs.Blosc(cname="lz4", shuffle=1))
    add("gzip", x, whole, compressors=numcodecs.GZip())
    add("zlib", x, whole, compressors=numcodecs.Zlib())
    add("zstd", x, whole, compressors=numcodecs.Zstd())
    add("lz4", x, whole, compressors=numcodecs.LZ4())
    add("big_endian", x.astype(">f8"), whole)
    add("fortran", values(3), (2, 64, 2), ("chain", "draw", "school"), order="F")
    add("of_bool", values(of="bool"), whole, compressors=numcodecs.Blosc(shuffle=2))
    add("school", np.array(["A", "Bee", "St. C"]), (3,), ("school",), fill_value=None)
    zarr.consolidate_metadata("version_2.zarr", zarr_format=2)


for store in ["version_2.zarr", "version_3.zarr"]:
    shutil.rmtree(store, ignore_errors=True)
version_2()
version_3()
