//! The metadata of a store of draws in ArviZ's layout: Zarr v3, a group for each kind of draws, arrays with the
//! dimensions `chain` and `draw` first, and everything consolidated at the root, where readers look first.
//!
//! Names, types and shapes flow in; the JSON of `zarr.json` files flows out. Absent on purpose: files and values.

use serde_json::{Map, Value, json};

/// Types of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    F32,
    F64,
    I64,
    Bool,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::I64 => "int64",
            Self::Bool => "bool",
        }
    }

    pub fn bytes(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 => 4,
            Self::Bool => 1,
        }
    }

    /// The bytes of an element that was never written.
    pub fn fill_bytes(self) -> Vec<u8> {
        match self {
            Self::F32 => f32::NAN.to_le_bytes().to_vec(),
            Self::F64 => f64::NAN.to_le_bytes().to_vec(),
            Self::I64 | Self::Bool => vec![0; self.bytes()],
        }
    }

    /// What an element reads as that was never written.
    fn fill(self) -> Value {
        match self {
            Self::F32 | Self::F64 => json!("NaN"),
            Self::I64 => json!(0),
            Self::Bool => json!(false),
        }
    }
}

/// An array of the store.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ArraySpec {
    pub name: String,
    pub of: Type,
    /// Once all draws are there.
    pub shape: Vec<usize>,
    pub chunk: Vec<usize>,
    pub dimensions: Vec<String>,
    /// The axis along which draws come, if it has one.
    pub draws: Option<usize>,
    /// Whether all of them are there as soon as the array is shown.
    pub whole: bool,
    pub attributes: Map<String, Value>,
}

impl ArraySpec {
    /// An array that is written once, in one chunk.
    pub fn constant(name: &str, of: Type, shape: &[usize], dimensions: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            of,
            shape: shape.to_vec(),
            chunk: shape.iter().map(|&size| size.max(1)).collect(),
            dimensions: dimensions.iter().map(|&name| name.to_owned()).collect(),
            draws: None,
            whole: true,
            attributes: Map::new(),
        }
    }

    /// What `zarr.json` holds when there are so many draws; `checked` chunks end with a checksum.
    pub fn metadata(&self, draws: usize, checked: bool) -> Value {
        let mut shape = self.shape.clone();
        if let Some(axis) = self.draws.filter(|_| !self.whole) {
            shape[axis] = draws;
        }
        let bytes = match self.of {
            Type::Bool => json!({ "name": "bytes" }),
            Type::F32 | Type::F64 | Type::I64 => json!({ "name": "bytes", "configuration": { "endian": "little" } }),
        };
        let codecs = if checked { vec![bytes, json!({ "name": "crc32c" })] } else { vec![bytes] };
        json!({
            "zarr_format": 3,
            "node_type": "array",
            "shape": shape,
            "data_type": self.of.name(),
            "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": self.chunk } },
            "chunk_key_encoding": { "name": "default", "configuration": { "separator": "/" } },
            "fill_value": self.of.fill(),
            "codecs": codecs,
            "attributes": self.attributes,
            "dimension_names": self.dimensions,
        })
    }
}

/// A group of arrays.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub name: String,
    pub attributes: Map<String, Value>,
    pub arrays: Vec<ArraySpec>,
}

/// The metadata of a group without those of its arrays.
pub(super) fn group_metadata(attributes: &Map<String, Value>) -> Value {
    json!({ "zarr_format": 3, "node_type": "group", "attributes": attributes })
}

/// The metadata of the root, those of all groups and arrays with it. Readers ask every group for an entry of its own.
pub(super) fn root_metadata(attributes: &Map<String, Value>, groups: &[Group], draws: usize, checked: bool) -> Value {
    let consolidated =
        |entries: Map<String, Value>| json!({ "kind": "inline", "must_understand": false, "metadata": entries });
    let mut entries = Map::new();
    for group in groups {
        let mut metadata = group_metadata(&group.attributes);
        metadata["consolidated_metadata"] = consolidated(Map::new());
        entries.insert(group.name.clone(), metadata);
        for array in &group.arrays {
            entries.insert(format!("{}/{}", group.name, array.name), array.metadata(draws, checked));
        }
    }
    let mut metadata = group_metadata(attributes);
    metadata["consolidated_metadata"] = consolidated(entries);
    metadata
}
