//! What the metadata of a Zarr array say, in version 3 (`zarr.json`) or version 2 (`.zarray` and `.zattrs`).
//!
//! JSON flows in, an [`ArrayMetadata`] flows out, or a reason why the array cannot be read. Sources: the Zarr specifications,
//! <https://zarr-specs.readthedocs.io>, versions 3.1 and 2. Absent on purpose: files and values.

use serde_json::Value;

use super::zarr_codec::Codec;

/// Types of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
}

impl Number {
    pub fn bytes(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    fn of_version_3(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Bool,
            "int8" => Self::I8,
            "int16" => Self::I16,
            "int32" => Self::I32,
            "int64" => Self::I64,
            "uint8" => Self::U8,
            "uint16" => Self::U16,
            "uint32" => Self::U32,
            "uint64" => Self::U64,
            "float32" => Self::F32,
            "float64" => Self::F64,
            _ => return None,
        })
    }

    /// That of NumPy's code without its sign for the order of bytes.
    fn of_version_2(code: &str) -> Option<Self> {
        Some(match code {
            "b1" => Self::Bool,
            "i1" => Self::I8,
            "i2" => Self::I16,
            "i4" => Self::I32,
            "i8" => Self::I64,
            "u1" => Self::U8,
            "u2" => Self::U16,
            "u4" => Self::U32,
            "u8" => Self::U64,
            "f4" => Self::F32,
            "f8" => Self::F64,
            _ => return None,
        })
    }
}

/// How the elements of chunks become numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Encoding {
    pub number: Number,
    pub big_endian: bool,
    /// What an element is that was never written.
    pub fill: f64,
    /// The axes of a chunk, that along which elements are farthest apart first.
    pub axes: Vec<usize>,
    /// From elements to the bytes of a file, in this order.
    pub codecs: Vec<Codec>,
}

/// An array.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ArrayMetadata {
    pub shape: Vec<usize>,
    /// The sizes of a chunk, none of them zero.
    pub chunk: Vec<usize>,
    /// A name for each dimension, which may be empty, or none at all.
    pub dimensions: Vec<String>,
    /// What the file of a chunk is called: the text before its indices, and that between them.
    prefix: &'static str,
    separator: String,
    /// How to read it; of elements that are no numbers, and of codecs that are not known, the reason why it is not read.
    pub encoding: Result<Encoding, NoNumbers>,
}

/// Why an array is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoNumbers {
    /// Its elements are text, dates and the like.
    Type(String),
    /// It could be read, but not by this program.
    Unsupported(String),
}

impl ArrayMetadata {
    /// Reads `zarr.json`.
    pub fn of_version_3(json: &Value) -> Result<Self, String> {
        if json["zarr_format"] != 3 || json["node_type"] != "array" {
            return Err("it is not the metadata of an array of version 3".to_owned());
        }
        let shape = sizes(&json["shape"], "shape")?;
        let grid = &json["chunk_grid"];
        if grid["name"] != "regular" {
            return Err(format!("its chunks are not regular, but {}", grid["name"]));
        }
        let chunk = sizes(&grid["configuration"]["chunk_shape"], "chunk_shape")?;
        let keys = &json["chunk_key_encoding"];
        let (prefix, separator) = match keys["name"].as_str() {
            Some("default") => ("c", "/"),
            Some("v2") => ("", "."),
            _ => return Err(format!("chunks are named in an unknown way, {}", keys["name"])),
        };
        let separator = keys["configuration"]["separator"].as_str().unwrap_or(separator).to_owned();
        let dimensions = json["dimension_names"].as_array().map_or_else(Vec::new, |names| texts(names));
        let encoding = encoding_of_version_3(json, shape.len());
        Self { shape, chunk, dimensions, prefix, separator, encoding }.checked()
    }

    /// Reads `.zarray` and `.zattrs`.
    pub fn of_version_2(json: &Value, attributes: &Value) -> Result<Self, String> {
        if json["zarr_format"] != 2 {
            return Err("it is not the metadata of an array of version 2".to_owned());
        }
        let (shape, chunk) = (sizes(&json["shape"], "shape")?, sizes(&json["chunks"], "chunks")?);
        let separator = json["dimension_separator"].as_str().unwrap_or(".").to_owned();
        // Where xarray puts them.
        let dimensions = attributes["_ARRAY_DIMENSIONS"].as_array().map_or_else(Vec::new, |names| texts(names));
        let encoding = encoding_of_version_2(json, shape.len());
        Self { shape, chunk, dimensions, prefix: "", separator, encoding }.checked()
    }

    fn checked(self) -> Result<Self, String> {
        if self.shape.len() != self.chunk.len() {
            return Err("its shape and its chunks have different numbers of dimensions".to_owned());
        }
        let elements = |sizes: &[usize]| sizes.iter().try_fold(8_usize, |product, &size| product.checked_mul(size));
        if self.chunk.contains(&0) || elements(&self.chunk).is_none() || elements(&self.shape).is_none() {
            return Err("its shape or its chunks have sizes that cannot be".to_owned());
        }
        if self.separator != "/" && self.separator != "." {
            return Err(format!("`{}` separates the indices of its chunks", self.separator));
        }
        if !self.dimensions.is_empty() && self.dimensions.len() != self.shape.len() {
            return Err("its dimensions and their names are not equally many".to_owned());
        }
        Ok(self)
    }

    /// The name of a chunk's file inside of the array's folder.
    pub fn key(&self, index: &[usize]) -> String {
        let indices: Vec<String> = index.iter().map(ToString::to_string).collect();
        match (self.prefix, &indices[..]) {
            ("", []) => "0".to_owned(),
            ("", _) => indices.join(&self.separator),
            (prefix, _) => [&[prefix.to_owned()], &indices[..]].concat().join(&self.separator),
        }
    }
}

fn sizes(json: &Value, what: &str) -> Result<Vec<usize>, String> {
    let sizes = json.as_array().and_then(|sizes| sizes.iter().map(|size| size.as_u64()?.try_into().ok()).collect());
    sizes.ok_or_else(|| format!("`{what}` is no list of sizes"))
}

fn texts(names: &[Value]) -> Vec<String> {
    names.iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
}

fn encoding_of_version_3(json: &Value, rank: usize) -> Result<Encoding, NoNumbers> {
    let unsupported = |reason: String| Err(NoNumbers::Unsupported(reason));
    let data_type = &json["data_type"];
    let name = data_type.as_str().or_else(|| data_type["name"].as_str()).unwrap_or("unknown");
    let Some(number) = Number::of_version_3(name) else { return Err(NoNumbers::Type(name.to_owned())) };
    if json["storage_transformers"].as_array().is_some_and(|list| !list.is_empty()) {
        return unsupported("storage transformers are not known".to_owned());
    }
    let mut encoding = Encoding { number, big_endian: false, fill: 0.0, axes: (0..rank).collect(), codecs: Vec::new() };
    encoding.fill = fill(&json["fill_value"], number).map_err(NoNumbers::Unsupported)?;
    let mut as_bytes = false;
    for codec in json["codecs"].as_array().into_iter().flatten() {
        let name = codec["name"].as_str().or_else(|| codec.as_str()).unwrap_or("unknown");
        match name {
            "transpose" if !as_bytes => {
                let order = sizes(&codec["configuration"]["order"], "order").map_err(NoNumbers::Unsupported)?;
                let mut sorted = order.clone();
                sorted.sort_unstable();
                if sorted != (0..rank).collect::<Vec<_>>() {
                    return unsupported("the codec `transpose` names no order of its dimensions".to_owned());
                }
                encoding.axes = order.iter().map(|&axis| encoding.axes[axis]).collect();
            }
            "bytes" if !as_bytes => {
                as_bytes = true;
                encoding.big_endian = codec["configuration"]["endian"] == "big";
            }
            _ if as_bytes => {
                encoding.codecs.push(
                    Codec::named(name.strip_prefix("numcodecs.").unwrap_or(name)).map_err(NoNumbers::Unsupported)?,
                );
            }
            _ => return unsupported(format!("the codec `{name}` is not known")),
        }
    }
    if as_bytes { Ok(encoding) } else { unsupported("no codec makes bytes of its elements".to_owned()) }
}

fn encoding_of_version_2(json: &Value, rank: usize) -> Result<Encoding, NoNumbers> {
    let Some(code) = json["dtype"].as_str() else { return Err(NoNumbers::Type("structure".to_owned())) };
    let (order, kind) = code.split_at_checked(1).unwrap_or_default();
    let Some(number) = Number::of_version_2(kind) else { return Err(NoNumbers::Type(code.to_owned())) };
    if let Some(filter) = json["filters"].as_array().and_then(|list| list.first()) {
        let name = filter["id"].as_str().unwrap_or("unknown");
        return Err(NoNumbers::Unsupported(format!("the filter `{name}` is not known")));
    }
    let mut axes: Vec<usize> = (0..rank).collect();
    if json["order"] == "F" {
        axes.reverse();
    }
    let compressor = &json["compressor"];
    let codecs = match compressor["id"].as_str() {
        Some(name) => vec![Codec::named(name).map_err(NoNumbers::Unsupported)?],
        None => Vec::new(),
    };
    let fill = fill(&json["fill_value"], number).map_err(NoNumbers::Unsupported)?;
    Ok(Encoding { number, big_endian: order == ">", fill, axes, codecs })
}

/// A fill value as JSON has it: a number, the name of one that is not finite, or its bits in hexadecimal digits; `null`
/// leaves open what it is.
fn fill(json: &Value, number: Number) -> Result<f64, String> {
    let hexadecimal = |text: &str| {
        let bits = u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()?;
        match number {
            Number::F32 => u32::try_from(bits).ok().map(|bits| f64::from(f32::from_bits(bits))),
            Number::F64 => Some(f64::from_bits(bits)),
            _ => None,
        }
    };
    let value = match json {
        Value::Null => Some(0.0),
        Value::Bool(value) => Some(f64::from(*value)),
        Value::Number(value) => value.as_f64(),
        Value::String(text) => match &text[..] {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            text => hexadecimal(text),
        },
        Value::Array(_) | Value::Object(_) => None,
    };
    value.ok_or_else(|| format!("its fill value {json} is no number"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version_3(change: impl FnOnce(&mut Value)) -> Result<ArrayMetadata, String> {
        let mut json = json!({
            "zarr_format": 3, "node_type": "array", "shape": [4, 10, 3], "data_type": "float64",
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, 5, 3]}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": "NaN", "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
            "dimension_names": ["chain", "draw", null],
        });
        change(&mut json);
        ArrayMetadata::of_version_3(&json)
    }

    #[test]
    fn arrays_of_version_3_are_understood() {
        let plain = version_3(|_| {}).unwrap();
        assert_eq!(plain.key(&[0, 1, 0]), "c/0/1/0");
        assert_eq!(plain.dimensions, ["chain", "draw", ""]);
        assert!(plain.encoding.unwrap().fill.is_nan());
        let big = version_3(|json| {
            json["fill_value"] = json!("0x3ff0000000000000");
            json["chunk_key_encoding"] = json!({"name": "v2"});
            json["codecs"] = json!([
                {"name": "transpose", "configuration": {"order": [2, 0, 1]}},
                {"name": "transpose", "configuration": {"order": [1, 0, 2]}},
                {"name": "bytes", "configuration": {"endian": "big"}},
                {"name": "numcodecs.zlib"}, {"name": "crc32c"},
            ]);
        });
        let big = big.unwrap();
        assert_eq!(big.key(&[0, 1, 0]), "0.1.0");
        let expected = Encoding {
            number: Number::F64,
            big_endian: true,
            fill: 1.0,
            axes: vec![0, 2, 1],
            codecs: vec![Codec::Zlib, Codec::Crc32c],
        };
        assert_eq!(big.encoding, Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_has_a_reason() {
        let text = version_3(|json| json["data_type"] = json!({"name": "fixed_length_utf32"})).unwrap();
        assert_eq!(text.encoding, Err(NoNumbers::Type("fixed_length_utf32".to_owned())));
        let shards = version_3(|json| json["codecs"] = json!([{"name": "sharding_indexed"}])).unwrap();
        assert!(matches!(shards.encoding, Err(NoNumbers::Unsupported(reason)) if reason.contains("sharding_indexed")));
        for (key, wrong) in [
            ("shape", json!([4, -1, 3])),
            ("shape", json!([4, 10])),
            ("shape", json!([1_u64 << 40, 1_u64 << 40, 1])),
            ("chunk_grid", json!({"name": "rectangular"})),
            ("chunk_grid", json!({"name": "regular", "configuration": {"chunk_shape": [4, 0, 3]}})),
            ("dimension_names", json!(["chain"])),
            ("node_type", json!("group")),
        ] {
            assert!(version_3(|json| json[key] = wrong.clone()).is_err(), "{key}: {wrong}");
        }
    }

    #[test]
    fn arrays_of_version_2_are_understood() {
        let json = json!({
            "zarr_format": 2, "shape": [4, 10], "chunks": [2, 10], "dtype": ">i4", "fill_value": null, "order": "F",
            "compressor": {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1}, "filters": null,
        });
        let array = ArrayMetadata::of_version_2(&json, &json!({"_ARRAY_DIMENSIONS": ["chain", "draw"]})).unwrap();
        assert_eq!(
            (array.key(&[1, 0]), &array.dimensions[..]),
            ("1.0".to_owned(), &["chain".to_owned(), "draw".to_owned()][..])
        );
        let expected =
            Encoding { number: Number::I32, big_endian: true, fill: 0.0, axes: vec![1, 0], codecs: vec![Codec::Blosc] };
        assert_eq!(array.encoding, Ok(expected));
        let text = json!({"zarr_format": 2, "shape": [3], "chunks": [3], "dtype": "<U5", "fill_value": null});
        let text = ArrayMetadata::of_version_2(&text, &Value::Null).unwrap();
        assert_eq!(text.encoding, Err(NoNumbers::Type("<U5".to_owned())));
    }
}
