//! Bytes: what the host writes and the shaders read. One of the project's four contracts; `shaders/interface.wgsl`
//! says the same in WGSL, and a test below parses it and compares.
//!
//! Absent on purpose: sizes of buffers, which depend on the model and the chains (`buffers`).

use bytemuck::{Pod, Zeroable};

/// Invocations per workgroup, one chain each. 64 is two warps on NVIDIA and a wavefront on AMD; on software Vulkan
/// 32 to 256 were measured to be equal within 10 %.
pub const WORKGROUP_SIZE: u32 = 64;

/// Workgroups of one dispatch that every device takes.
pub const MOST_WORKGROUPS: u32 = 65_535;

/// The uniform of a dispatch, field for field `Params` of `interface.wgsl`, which says what each means.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Params {
    pub key_low: u32,
    pub key_high: u32,
    pub zero: u32,
    pub first_chain: u32,
    pub chains: u32,
    pub first_step: u32,
    pub steps: u32,
    pub thin: u32,
    pub until_draw: u32,
    pub half_number: u32,
}

/// How a shader may use a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A uniform buffer.
    Uniform,
    /// A storage buffer that is only read.
    Read,
    /// A storage buffer.
    Write,
}

/// The bindings of group 0, in order.
pub const BINDINGS: [(&str, Access); 7] = [
    ("params", Access::Uniform),
    ("data", Access::Read),
    ("states", Access::Write),
    ("log_densities", Access::Write),
    ("proposal_scales", Access::Read),
    ("accepted_counts", Access::Write),
    ("draws", Access::Write),
];

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use wgpu::naga;

    use super::super::shader;
    use super::*;

    fn interface() -> naga::Module {
        naga::front::wgsl::parse_str(shader::INTERFACE).expect("interface.wgsl stands by itself")
    }

    #[test]
    fn the_uniform_has_the_offsets_that_the_shader_reads() {
        let module = interface();
        let (members, span) = module
            .types
            .iter()
            .find_map(|(_, kind)| match (&kind.name, &kind.inner) {
                (Some(name), naga::TypeInner::Struct { members, span }) if name == "Params" => Some((members, *span)),
                _ => None,
            })
            .expect("interface.wgsl has a struct Params");
        let found: Vec<(&str, usize)> =
            members.iter().map(|member| (member.name.as_deref().unwrap_or(""), member.offset as usize)).collect();
        assert_eq!(
            found,
            [
                ("key_low", offset_of!(Params, key_low)),
                ("key_high", offset_of!(Params, key_high)),
                ("zero", offset_of!(Params, zero)),
                ("first_chain", offset_of!(Params, first_chain)),
                ("chains", offset_of!(Params, chains)),
                ("first_step", offset_of!(Params, first_step)),
                ("steps", offset_of!(Params, steps)),
                ("thin", offset_of!(Params, thin)),
                ("until_draw", offset_of!(Params, until_draw)),
                ("half_number", offset_of!(Params, half_number)),
            ]
        );
        assert_eq!(span as usize, size_of::<Params>());
    }

    #[test]
    fn the_bindings_are_those_of_the_shader() {
        let module = interface();
        let mut found: Vec<(u32, String, Access)> = module
            .global_variables
            .iter()
            .filter_map(|(_, variable)| {
                let binding = variable.binding.as_ref()?;
                assert_eq!(binding.group, 0);
                let access = match variable.space {
                    naga::AddressSpace::Uniform => Access::Uniform,
                    naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => {
                        Access::Write
                    }
                    naga::AddressSpace::Storage { .. } => Access::Read,
                    other => panic!("{other:?} has no binding"),
                };
                Some((binding.binding, variable.name.clone().unwrap_or_default(), access))
            })
            .collect();
        found.sort_by_key(|(binding, ..)| *binding);
        let expected: Vec<(u32, String, Access)> =
            (0..).zip(BINDINGS).map(|(binding, (name, access))| (binding, name.to_owned(), access)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_entry_point_has_the_workgroup_size() {
        let module = naga::front::wgsl::parse_str(&shader::stub(3)).expect("the stub shader is valid");
        assert_eq!(
            module.entry_points.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(),
            ["start", "run", "begin_moments", "gather"]
        );
        assert!(module.entry_points.iter().all(|entry| entry.workgroup_size == [WORKGROUP_SIZE, 1, 1]));
    }
}
