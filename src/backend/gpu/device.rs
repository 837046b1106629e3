//! The device that is opened on an adapter, with all the limits the adapter has. Every error that wgpu reports, whenever
//! it does, ends up in one place and comes out typed; nothing panics.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::adapter::{AdapterChoice, AdapterInfo, enumerate};
use super::error::Error;

/// How long one submission may take before the device counts as stuck.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often a wait looks whether the device is still there.
const LOOK: Duration = Duration::from_secs(1);

/// An open device with its queue.
#[derive(Debug)]
pub struct Device {
    pub info: AdapterInfo,
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub limits: wgpu::Limits,
    failure: Arc<Mutex<Option<Failure>>>,
}

/// The first thing that went wrong.
#[derive(Clone, Debug)]
enum Failure {
    Lost(String),
    OutOfMemory,
    Invalid(String),
}

fn record(slot: &Mutex<Option<Failure>>, failure: Failure) {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    // A lost device explains every error that follows from it; otherwise the first error explains the others.
    if slot.is_none() || matches!(failure, Failure::Lost(_)) {
        *slot = Some(failure);
    }
}

impl Device {
    /// Opens the adapter chosen, with all the limits it has.
    ///
    /// # Errors
    /// No adapter, none of that name, or a driver that gives no device.
    pub fn open(choice: &AdapterChoice) -> Result<Self, Error> {
        let adapters = enumerate();
        if adapters.is_empty() {
            return Err(Error::NoAdapter);
        }
        let available = adapters.iter().map(|(info, _)| info.name.clone()).collect();
        let mut adapters = adapters.into_iter();
        let (found, name) = match choice {
            AdapterChoice::Best => (adapters.next(), String::new()),
            AdapterChoice::At(place) => (adapters.nth(*place), format!("number {place}")),
            AdapterChoice::Named(name) => {
                let wanted = name.to_lowercase();
                (adapters.find(|(info, _)| info.name.to_lowercase().contains(&wanted)), name.clone())
            }
        };
        let (info, adapter) = found.ok_or(Error::UnknownAdapter { name, available })?;
        let limits = adapter.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("ridgewalk"),
            required_limits: limits.clone(),
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| Error::Refused { adapter: info.full_name(), reason: error.to_string() })?;
        let failure = Arc::new(Mutex::new(None));
        let errors = Arc::clone(&failure);
        device.on_uncaptured_error(Arc::new(move |error| {
            record(
                &errors,
                match error {
                    wgpu::Error::OutOfMemory { .. } => Failure::OutOfMemory,
                    wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
                        Failure::Invalid(description)
                    }
                },
            );
        }));
        let losses = Arc::clone(&failure);
        device.set_device_lost_callback(move |reason, message| {
            // Dropping a device is reported as a loss, too.
            if reason != wgpu::DeviceLostReason::Destroyed {
                record(&losses, Failure::Lost(message));
            }
        });
        Ok(Self { info, device, queue, limits, failure })
    }

    /// What has gone wrong since the last look, if anything; a lost device stays lost.
    ///
    /// # Errors
    /// What went wrong. `what` and `asked_bytes` say what was being asked for, should it have been room.
    pub fn check(&self, what: &str, asked_bytes: u64) -> Result<(), Error> {
        let mut slot = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = slot.clone();
        if !matches!(failure, Some(Failure::Lost(_))) {
            *slot = None;
        }
        let adapter = self.info.full_name();
        match failure {
            None => Ok(()),
            Some(Failure::Lost(reason)) => Err(Error::Lost { adapter, reason }),
            Some(Failure::OutOfMemory) => {
                Err(Error::OutOfMemory { adapter, what: what.into(), asked_bytes, fitting_chains: None })
            }
            Some(Failure::Invalid(message)) => Err(Error::Invalid { adapter, message }),
        }
    }

    /// Waits for a submission, with an eye on the device.
    ///
    /// # Errors
    /// When the device fails, or does not answer within ten minutes.
    pub fn wait(&self, submission: &wgpu::SubmissionIndex) -> Result<(), Error> {
        let looks = PATIENCE.as_secs() / LOOK.as_secs();
        for _ in 0..looks {
            let wait = wgpu::PollType::Wait { submission_index: Some(submission.clone()), timeout: Some(LOOK) };
            let polled = self.device.poll(wait);
            self.check("work in flight", 0)?;
            match polled {
                Ok(_) => return Ok(()),
                Err(wgpu::PollError::Timeout) => {}
                Err(error @ wgpu::PollError::WrongSubmissionIndex(..)) => {
                    return Err(Error::Invalid { adapter: self.info.full_name(), message: error.to_string() });
                }
            }
        }
        Err(Error::Unresponsive { adapter: self.info.full_name(), seconds: PATIENCE.as_secs() })
    }

    /// Compiles WGSL.
    ///
    /// # Errors
    /// When the front end rejects it.
    pub fn module(&self, label: &str, source: String) -> Result<wgpu::ShaderModule, Error> {
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        self.check_shader()?;
        Ok(module)
    }

    /// The pipeline of an entry point.
    ///
    /// # Errors
    /// When the driver rejects it.
    pub fn pipeline(
        &self,
        module: &wgpu::ShaderModule,
        entry: &str,
        layout: &wgpu::BindGroupLayout,
    ) -> Result<wgpu::ComputePipeline, Error> {
        let layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("ridgewalk"),
            bind_group_layouts: &[Some(layout)],
            immediate_size: 0,
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(&format!("ridgewalk.{entry}")),
            layout: Some(&layout),
            module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        self.check_shader()?;
        Ok(pipeline)
    }

    fn check_shader(&self) -> Result<(), Error> {
        self.check("the shader", 0).map_err(|error| match error {
            Error::Invalid { message, .. } => Error::Shader { message },
            other => other,
        })
    }
}
