//! The adapters of this machine: what they are, and which one is meant.
//!
//! Absent on purpose: whether they compute correctly, which takes a device and the canary.

use std::sync::OnceLock;

/// What sort of device an adapter is, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A graphics card.
    Discrete,
    /// Graphics on the processor's chip.
    Integrated,
    /// A share of a GPU given to a virtual machine.
    Virtual,
    /// Something the driver does not name.
    Other,
    /// The processor in disguise: a software rasteriser.
    Cpu,
}

/// An adapter, as `ridgewalk adapters` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterInfo {
    /// The driver's name for it.
    pub name: String,
    /// What sort of device it is.
    pub kind: Kind,
    /// The interface it is reached by: `vulkan`, `metal` or `dx12`.
    pub api: String,
    /// The driver and its version.
    pub driver: String,
    /// Largest buffer, in bytes.
    pub largest_buffer_bytes: u64,
    /// Largest part of a buffer that a shader can see, in bytes.
    pub largest_binding_bytes: u64,
}

impl AdapterInfo {
    fn new(adapter: &wgpu::Adapter) -> Self {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => Kind::Discrete,
            wgpu::DeviceType::IntegratedGpu => Kind::Integrated,
            wgpu::DeviceType::VirtualGpu => Kind::Virtual,
            wgpu::DeviceType::Other => Kind::Other,
            wgpu::DeviceType::Cpu => Kind::Cpu,
        };
        Self {
            name: info.name,
            kind,
            api: info.backend.to_str().into(),
            driver: format!("{} {}", info.driver, info.driver_info).trim().into(),
            largest_buffer_bytes: limits.max_buffer_size,
            largest_binding_bytes: limits.max_storage_buffer_binding_size,
        }
    }

    /// Name and driver, for messages: software drivers of different age share a name.
    pub fn full_name(&self) -> String {
        format!("{} ({})", self.name, self.driver)
    }
}

/// Which adapter to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AdapterChoice {
    /// The best one by [`Kind`]; the processor in disguise if there is nothing else.
    #[default]
    Best,
    /// The first whose name contains this, upper and lower case alike.
    Named(String),
    /// The one at this place of [`adapters`]: names need not be unique.
    At(usize),
}

impl AdapterChoice {
    /// The one that is meant among some, as [`adapters`] gives them.
    pub fn of<'a>(&self, adapters: &'a [AdapterInfo]) -> Option<&'a AdapterInfo> {
        match self {
            Self::Best => adapters.first(),
            Self::At(place) => adapters.get(*place),
            Self::Named(name) => {
                let wanted = name.to_lowercase();
                adapters.iter().find(|info| info.name.to_lowercase().contains(&wanted))
            }
        }
    }
}

/// The adapters of this machine, best first.
pub fn adapters() -> Vec<AdapterInfo> {
    enumerate().into_iter().map(|(info, _)| info).collect()
}

/// The same, with what opens them.
pub fn enumerate() -> Vec<(AdapterInfo, wgpu::Adapter)> {
    /// Opened once and never closed: closing the last instance unloads the drivers, which is known to crash now and
    /// then while other threads run (gfx-rs/wgpu#5084).
    static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();
    let instance = INSTANCE.get_or_init(|| wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle()));
    let mut adapters: Vec<_> = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY))
        .into_iter()
        .map(|adapter| (AdapterInfo::new(&adapter), adapter))
        .collect();
    adapters.sort_by_key(|(info, _)| info.kind);
    adapters
}
