//! Runtime choice of vector width for lane kernels, and the only `unsafe` of the CPU side.
//!
//! [`lane_kernel!`] writes one function body three times: for AVX-512, for AVX2, and for what the target always
//! has. Each copy is a function of its own, never inlined: merged into one large function, the kernels of an
//! evaluator lose half their speed (the compiler gives up on vectorising). No copy contracts `a * b + c`, so all
//! three give the same bits.

use std::sync::OnceLock;

/// How wide the vectors are that a kernel runs with. A value exists only where the machine has such vectors: that is
/// what makes running them safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Baseline,
    Avx2,
    Avx512,
}

impl Width {
    /// What every machine of the target architecture has (SSE2 on x86-64, NEON on AArch64).
    pub const BASELINE: Self = Self(Level::Baseline);

    /// The widest vectors of this machine; asked once.
    pub fn widest() -> Self {
        static WIDEST: OnceLock<Level> = OnceLock::new();
        Self(*WIDEST.get_or_init(|| {
            #[cfg(target_arch = "x86_64")]
            {
                let avx512 = is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl");
                let avx2 = is_x86_feature_detected!("avx2");
                if avx512 && avx2 {
                    return Level::Avx512;
                }
                if avx2 {
                    return Level::Avx2;
                }
            }
            Level::Baseline
        }))
    }

    /// Every width this machine can run, narrowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(|&level| level <= Self::widest().0).map(Self)
    }

    /// What the vectors are called.
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Baseline => "baseline vectors",
            Level::Avx2 => "AVX2",
            Level::Avx512 => "AVX-512",
        }
    }

    pub(crate) fn level(self) -> Level {
        self.0
    }
}

/// Defines functions over lanes that run at the width given as their first argument.
macro_rules! lane_kernel {
    ($($(#[$attribute:meta])* $visibility:vis fn $name:ident<$R:ident>($($argument:ident: $type:ty),* $(,)?) $body:block)*) => {
        $($(#[$attribute])*
        #[allow(clippy::too_many_arguments, reason = "a kernel names each of its lanes")]
        $visibility fn $name<$R: $crate::math::Real>(width: $crate::math::simd::Width, $($argument: $type),*) {
            #[inline(always)]
            #[allow(clippy::too_many_arguments, reason = "as above")]
            fn body<$R: $crate::math::Real>($($argument: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2")]
            #[inline(never)]
            #[allow(clippy::too_many_arguments, reason = "as above")]
            fn avx512<$R: $crate::math::Real>($($argument: $type),*) { body($($argument),*) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            #[inline(never)]
            #[allow(clippy::too_many_arguments, reason = "as above")]
            fn avx2<$R: $crate::math::Real>($($argument: $type),*) { body($($argument),*) }

            #[inline(never)]
            #[allow(clippy::too_many_arguments, reason = "as above")]
            fn baseline<$R: $crate::math::Real>($($argument: $type),*) { body($($argument),*) }

            match width.level() {
                // SAFETY: a width of this level exists only where `Width::widest` has found every feature of `avx512`.
                #[cfg(target_arch = "x86_64")]
                $crate::math::simd::Level::Avx512 => unsafe { avx512($($argument),*) },
                // SAFETY: as above, for `avx2`.
                #[cfg(target_arch = "x86_64")]
                $crate::math::simd::Level::Avx2 => unsafe { avx2($($argument),*) },
                _ => baseline($($argument),*),
            }
        })*
    };
}

pub(crate) use lane_kernel;
