//! Runtime choice of vector width for lane kernels, and the only `unsafe` of the CPU side.
//!
//! [`lane_kernel!`] writes one function body three times: for AVX-512, for AVX2, and for what the target always
//! has. Each copy is a function of its own, never inlined: merged into one large function, the kernels of an
//! evaluator lose half their speed (the compiler gives up on vectorising). No copy contracts `a * b + c`, so all
//! three give the same bits.

use std::sync::OnceLock;

/// How wide the vectors are that this machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// What every machine of the target architecture has (SSE2 on x86-64, NEON on AArch64).
    Baseline,
    /// AVX2: 256 bits.
    Avx2,
    /// AVX-512 F, BW, DQ and VL: 512 bits.
    Avx512,
}

impl Width {
    /// The widest vectors of this machine; asked once.
    pub fn widest() -> Self {
        static WIDEST: OnceLock<Width> = OnceLock::new();
        *WIDEST.get_or_init(|| {
            #[cfg(target_arch = "x86_64")]
            {
                let avx512 = is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl");
                if avx512 {
                    return Self::Avx512;
                }
                if is_x86_feature_detected!("avx2") {
                    return Self::Avx2;
                }
            }
            Self::Baseline
        })
    }

    /// Every width this machine can run, narrowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        [Self::Baseline, Self::Avx2, Self::Avx512].into_iter().filter(|&width| width <= Self::widest())
    }
}

/// Defines functions over lanes that run at the width given as their first argument.
///
/// The width must not exceed [`Width::widest`]: wider ones run at the baseline, which gives the same bits.
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

            #[cfg(target_arch = "x86_64")]
            {
                use $crate::math::simd::Width;
                if width == Width::Avx512 && Width::widest() == Width::Avx512 {
                    // SAFETY: the line above has asked the processor for every feature that `avx512` enables.
                    return unsafe { avx512($($argument),*) };
                }
                if width == Width::Avx2 && Width::widest() >= Width::Avx2 {
                    // SAFETY: AVX-512 machines and AVX2 machines have AVX2; the line above asked for one of them.
                    return unsafe { avx2($($argument),*) };
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            let _ = width;
            baseline($($argument),*)
        })*
    };
}

pub(crate) use lane_kernel;
