//! Why a GPU cannot run the chains, with the evidence.

/// What went wrong on the way to a device, or on it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The machine has no graphics adapter that speaks Vulkan, Metal or DirectX 12.
    #[error("no GPU adapter was found (Vulkan, Metal and DirectX 12 were asked)")]
    NoAdapter,
    /// No adapter has the name asked for.
    #[error("no adapter is called \"{name}\"; there are: {}", available.join(", "))]
    UnknownAdapter {
        /// What was asked for.
        name: String,
        /// The names there are.
        available: Vec<String>,
    },
    /// The driver gave no device.
    #[error("{adapter} gave no device: {reason}")]
    Refused {
        /// The adapter.
        adapter: String,
        /// The driver's words.
        reason: String,
    },
    /// The device computes something wrong that no work-around helps.
    #[error("{adapter} does not compute correctly and is not used: {}", evidence.join("; "))]
    Canary {
        /// The adapter and its driver.
        adapter: String,
        /// What was asked, what came back, and what is right.
        evidence: Vec<String>,
    },
    /// The driver leaves loops early, and not even one step stays below its limit.
    #[error(
        "{adapter} leaves every loop after {limit} iterations in all, and one step of this model takes {needed}; \
         a newer driver may help (Mesa 25 has no such limit)"
    )]
    LoopLimit {
        /// The adapter and its driver.
        adapter: String,
        /// Iterations that one invocation may take.
        limit: u64,
        /// Iterations that one step takes.
        needed: u64,
    },
    /// The shader was rejected: a mistake of ridgewalk, not of the model.
    #[error("the shader was rejected: {message}")]
    Shader {
        /// The front end's or the driver's words.
        message: String,
    },
    /// WGSL has no empty arrays, and a model without coordinates has nothing to sample.
    #[error("the model has no parameters to sample")]
    NothingToSample,
    /// The model keeps more numbers in arrays than shaders are trusted with.
    #[error(
        "the model keeps {numbers} numbers in arrays while it computes a log density, and shaders take {limit} at most; \
         the CPU takes them all (--backend cpu)"
    )]
    ShaderMemory {
        /// Numbers in all arrays of a program.
        numbers: usize,
        /// How many a shader may keep.
        limit: usize,
    },
    /// The driver's compiler, which nothing can interrupt, would take too long.
    #[error(
        "the shader of this model would have about {operations} operations, which {adapter} would compile for minutes; \
         {limit} are the limit there. The CPU takes them all (--backend cpu)"
    )]
    ShaderLength {
        /// The adapter and its driver.
        adapter: String,
        /// Operations of the model, as the text of a shader.
        operations: u64,
        /// How many a shader may have.
        limit: u64,
    },
    /// The device has no room.
    #[error("{adapter} has no room for {what}: {asked_bytes} bytes were asked for{}", hint(*fitting_chains))]
    OutOfMemory {
        /// The adapter.
        adapter: String,
        /// What the room was for.
        what: String,
        /// Bytes asked for.
        asked_bytes: u64,
        /// About how many chains would fit, where fewer would.
        fitting_chains: Option<u64>,
    },
    /// The device is gone: reset by its watchdog, unplugged, or its driver failed.
    #[error("{adapter} was lost: {reason}")]
    Lost {
        /// The adapter.
        adapter: String,
        /// The driver's words.
        reason: String,
    },
    /// The device has not answered for long.
    #[error("{adapter} has not answered for {seconds} s")]
    Unresponsive {
        /// The adapter.
        adapter: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A request that the device's interface refuses: a mistake of ridgewalk.
    #[error("{adapter} refused a request: {message}")]
    Invalid {
        /// The adapter.
        adapter: String,
        /// The interface's words.
        message: String,
    },
}

fn hint(fitting_chains: Option<u64>) -> String {
    fitting_chains.map_or_else(String::new, |chains| format!("; about {chains} chains would fit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_carry_the_evidence() {
        let unknown = Error::UnknownAdapter { name: "GTX".into(), available: vec!["llvmpipe".into(), "Intel".into()] };
        assert_eq!(unknown.to_string(), "no adapter is called \"GTX\"; there are: llvmpipe, Intel");
        let memory = Error::OutOfMemory {
            adapter: "A".into(),
            what: "the states".into(),
            asked_bytes: 12,
            fitting_chains: Some(3),
        };
        assert_eq!(
            memory.to_string(),
            "A has no room for the states: 12 bytes were asked for; about 3 chains would fit"
        );
    }
}
