// The notebook's job as one would write it by hand for one model and one machine: 4,096 chains in lanes of 64, component-
// wise Metropolis with Philox4x32-10, every draw kept as a double in [chain, draw, parameter]. What a move leaves as it
// was is not computed again. No library of mathematics vectorises everywhere, so logarithms and the like are the
// polynomials of src/math/elementary.rs; the compiler is free to fuse multiplications and additions.
//
//   g++ -O3 -march=native -mprefer-vector-width=512 -fno-math-errno -fno-trapping-math -fopenmp-simd -pthread \
//       benches/peers/seed.cpp -o seed && ./seed [full|collapsed] [chains] [sweeps] [threads] [rounds]
//
// Prints millions of sweeps per second, a line a round, and the mean and deviation of sigma and mu at the end.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

constexpr int L = 64;  // lanes of a block: four vectors of sixteen
constexpr int ROWS = 100;
static float data[ROWS];
static float S, YBAR;

static inline float bits(uint32_t u) { float f; std::memcpy(&f, &u, 4); return f; }
static inline uint32_t word(float f) { uint32_t u; std::memcpy(&u, &f, 4); return u; }

static inline float ln(float x) {
    uint32_t shifted = word(x) + (0x3f800000u - 0x3f3504f3u);
    float k = (float)((int)(shifted >> 23) - 127);
    float f = bits((shifted & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
    float s = f / (f + 2.0f), z = s * s, h = 0.5f * f * f;
    float p = ((((2.0f / 11 * z + 2.0f / 9) * z + 2.0f / 7) * z + 2.0f / 5) * z + 2.0f / 3) * z;
    return k * 0.6933594f - ((h - (s * (h + p) + k * -0.00021219444f)) - f);
}

static inline float expo(float x) {
    float c = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
    float k = (c * 1.44269504f + 12582912.0f) - 12582912.0f;
    float r = (c - k * 0.6933594f) - k * -0.00021219444f;
    float p = ((((((1.0f / 5040 * r + 1.0f / 720) * r + 1.0f / 120) * r + 1.0f / 24) * r + 1.0f / 6) * r + 0.5f) * r + 1.0f);
    return (p * r + 1.0f) * bits((uint32_t)((int)k + 127) << 23);
}

static inline float expm1_(float x) {
    float k = (x * 1.44269504f + 12582912.0f) - 12582912.0f;
    float r = (x - k * 0.6933594f) - k * -0.00021219444f;
    float p = ((((((1.0f / 5040 * r + 1.0f / 720) * r + 1.0f / 120) * r + 1.0f / 24) * r + 1.0f / 6) * r + 0.5f) * r + 1.0f) * r;
    float power = bits((uint32_t)((int)k + 127) << 23);
    return p * power + (power - 1.0f);
}

static inline float tanh_(float x) {
    float a = 2.0f * std::fabs(x);
    float t = expm1_(a > 40.0f ? 40.0f : a);
    float y = t / (t + 2.0f);
    return x < 0.0f ? -y : y;
}

static inline float ln_1p(float x) {
    float m = 1.0f + x;
    uint32_t shifted = word(m) + (0x3f800000u - 0x3f3504f3u);
    int e = (int)(shifted >> 23) - 127;
    float k = (float)e;
    float g = bits((shifted & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
    float f = e == 0 ? x : g;
    float s = f / (f + 2.0f), z = s * s, h = 0.5f * f * f;
    float p = ((((2.0f / 11 * z + 2.0f / 9) * z + 2.0f / 7) * z + 2.0f / 5) * z + 2.0f / 3) * z;
    return k * 0.6933594f - ((h - (s * (h + p) + k * -0.00021219444f)) - f);
}

static inline float ln_cosh(float x) {
    float a = std::fabs(x);
    return (a - 0.69314718f) + ln_1p(expo(-2.0f * a));
}

// Two normal variates and the logarithms of two uniform ones for each lane.
static inline void variates(uint32_t first, uint32_t step, uint32_t slot, float (&n0)[L], float (&n1)[L], float (&u0)[L], float (&u1)[L]) {
    alignas(64) uint32_t a[L], b[L], c[L], d[L];
#pragma omp simd
    for (int l = 0; l < L; l++) { a[l] = first + l; b[l] = step; c[l] = slot; d[l] = 0; }
    uint32_t k0 = 1, k1 = 0;
    for (int round = 0; round < 10; round++) {
#pragma omp simd
        for (int l = 0; l < L; l++) {
            uint64_t p = (uint64_t)0xCD9E8D57u * c[l], q = (uint64_t)0xD2511F53u * a[l];
            uint32_t na = (uint32_t)(p >> 32) ^ b[l] ^ k0, nc = (uint32_t)(q >> 32) ^ d[l] ^ k1;
            b[l] = (uint32_t)p; d[l] = (uint32_t)q; a[l] = na; c[l] = nc;
        }
        k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
    }
#pragma omp simd
    for (int l = 0; l < L; l++) {
        float r = std::sqrt(-2.0f * ln(((float)(int)(a[l] >> 9) + 0.5f) * (1.0f / 8388608)));
        float t = ((float)(int)(b[l] >> 9) + 0.5f) * (1.0f / 8388608) - 0.5f;
        float q = (4.0f * t + 12582912.0f) - 12582912.0f, x = t - 0.25f * q, z = x * x;
        float s = ((((42.058693f * z - 76.70586f) * z + 81.60525f) * z - 41.3417f) * z + 6.2831853f) * x;
        float o = (((((-26.426256f * z + 60.24464f) * z - 85.45682f) * z + 64.93939f) * z - 19.739208f) * z + 1.0f);
        bool odd = q == 1.0f || q == -1.0f, half = q == 2.0f || q == -2.0f;
        float cs = odd ? s : o, sn = odd ? o : s;
        cs = (half || q == 1.0f) ? -cs : cs;
        sn = (half || q == -1.0f) ? -sn : sn;
        n0[l] = r * cs; n1[l] = r * sn;
        u0[l] = ln(((float)(int)(c[l] >> 9) + 0.5f) * (1.0f / 8388608));
        u1[l] = ln(((float)(int)(d[l] >> 9) + 0.5f) * (1.0f / 8388608));
    }
}

struct Block {
    alignas(64) float z[3][L], scale[3][L], lp[L], sum[L], half_precision[L], cauchy[L], sigma[L], alpha[2][L], jacobian[2][L];
};

template <bool FULL>
static inline void distances(const float (&mu)[L], float (&sum)[L]) {
    if constexpr (FULL) {
        // Sixteen lanes at a time, four partial sums: all of it stays in registers.
        for (int from = 0; from < L; from += 16) {
            float p[4][16] = {}, m[16];
            std::memcpy(m, &mu[from], sizeof m);
            for (int row = 0; row < ROWS; row += 4) {
                for (int j = 0; j < 4; j++) {
#pragma omp simd
                    for (int l = 0; l < 16; l++) { float e = data[row + j] - m[l]; p[j][l] += e * e; }
                }
            }
#pragma omp simd
            for (int l = 0; l < 16; l++) sum[from + l] = (p[0][l] + p[1][l]) + (p[2][l] + p[3][l]);
        }
    } else {
#pragma omp simd
        for (int l = 0; l < L; l++) { float e = mu[l] - YBAR; sum[l] = S + ROWS * e * e; }
    }
}

template <bool FULL>
static void sweep(Block &b, uint32_t first, uint32_t step) {
    alignas(64) float n[3][L], u[3][L], nn[L], uu[L];
    variates(first, step, 0, n[0], n[1], u[0], u[1]);
    variates(first, step, 1, n[2], nn, u[2], uu);
#pragma omp simd
    for (int l = 0; l < L; l++) {
        float z = b.z[0][l] + b.scale[0][l] * n[0][l], sigma = expo(z);
        float cauchy = -ln_1p(sigma * sigma), precision = -0.5f / (sigma * sigma);
        float lp = z + b.jacobian[0][l] + b.jacobian[1][l] + cauchy + precision * b.sum[l] - ROWS * z;
        bool take = std::fabs(lp) <= 1e37f && u[0][l] < lp - b.lp[l];
        float z0 = b.z[0][l], lp0 = b.lp[l], s0 = b.sigma[l], c0 = b.cauchy[l], p0 = b.half_precision[l];
        b.z[0][l] = take ? z : z0; b.lp[l] = take ? lp : lp0; b.sigma[l] = take ? sigma : s0;
        b.cauchy[l] = take ? cauchy : c0; b.half_precision[l] = take ? precision : p0;
    }
    for (int k = 0; k < 2; k++) {
        alignas(64) float z[L], alpha[L], jacobian[L], mu[L], sum[L];
#pragma omp simd
        for (int l = 0; l < L; l++) {
            z[l] = b.z[1 + k][l] + b.scale[1 + k][l] * n[1 + k][l];
            float v = 1e-6f * z[l];
            alpha[l] = 1e6f * tanh_(v); jacobian[l] = -2.0f * ln_cosh(v);
            mu[l] = alpha[l] + b.alpha[1 - k][l];
        }
        distances<FULL>(mu, sum);
#pragma omp simd
        for (int l = 0; l < L; l++) {
            float z0 = b.z[0][l];
            float lp = z0 + jacobian[l] + b.jacobian[1 - k][l] + b.cauchy[l] + b.half_precision[l] * sum[l] - ROWS * z0;
            bool take = std::fabs(lp) <= 1e37f && u[1 + k][l] < lp - b.lp[l];
            float za = b.z[1 + k][l], lpa = b.lp[l], aa = b.alpha[k][l], ja = b.jacobian[k][l], sa = b.sum[l];
            b.z[1 + k][l] = take ? z[l] : za; b.lp[l] = take ? lp : lpa; b.alpha[k][l] = take ? alpha[l] : aa;
            b.jacobian[k][l] = take ? jacobian[l] : ja; b.sum[l] = take ? sum[l] : sa;
        }
    }
}

template <bool FULL>
static void run(std::vector<Block> &blocks, std::vector<double> &draws, int sweeps, int from, int threads, uint32_t step) {
    constexpr int DRAWS = 8;
    for (size_t i = from; i < blocks.size(); i += threads) {
        alignas(64) float tile[DRAWS][4][L];
        for (int s = 0; s < sweeps; s++) {
            Block &b = blocks[i];
            sweep<FULL>(b, (uint32_t)(i * L), step + s);
            auto &t = tile[s % DRAWS];
#pragma omp simd
            for (int l = 0; l < L; l++) {
                t[0][l] = b.sigma[l]; t[1][l] = b.alpha[0][l]; t[2][l] = b.alpha[1][l]; t[3][l] = b.alpha[0][l] + b.alpha[1][l];
            }
            if (s % DRAWS == DRAWS - 1)
                for (int l = 0; l < L; l++) {
                    double *to = &draws[((i * L + l) * sweeps + s + 1 - DRAWS) * 4];
                    for (int d = 0; d < DRAWS; d++)
                        for (int p = 0; p < 4; p++) to[d * 4 + p] = tile[d][p][l];
                }
        }
    }
}

int main(int argc, char **argv) {
    bool full = argc < 2 || std::strcmp(argv[1], "collapsed");
    int chains = argc > 2 ? std::atoi(argv[2]) : 4096, sweeps = argc > 3 ? std::atoi(argv[3]) : 248;
    int threads = argc > 4 ? std::atoi(argv[4]) : 2, rounds = argc > 5 ? std::atoi(argv[5]) : 7;
    if (chains % L || sweeps % 8) { std::fprintf(stderr, "chains in blocks of %d, sweeps of 8\n", L); return 2; }
    // Data of the size and the spread of the notebook's.
    double mean = 0, squares = 0;
    for (int i = 0; i < ROWS; i++) {
        data[i] = 0.97f * std::sin(1.7f * i * i + 0.3f * i) * 1.37f;
        mean += data[i] / ROWS;
    }
    for (int i = 0; i < ROWS; i++) squares += (data[i] - mean) * (data[i] - mean);
    S = squares; YBAR = mean;
    std::vector<Block> blocks(chains / L);
    for (auto &b : blocks)
        for (int l = 0; l < L; l++) {
            b.z[0][l] = 0; b.z[1][l] = 0.1f; b.z[2][l] = -0.1f;
            b.scale[0][l] = 0.2f; b.scale[1][l] = b.scale[2][l] = 0.25f;
            b.sigma[l] = 1; b.cauchy[l] = -std::log(2.0f); b.half_precision[l] = -0.5f;
            for (int k = 0; k < 2; k++) { b.alpha[k][l] = b.z[1 + k][l]; b.jacobian[k][l] = 0; }
            b.sum[l] = squares + ROWS * mean * mean; b.lp[l] = b.cauchy[l] - 0.5f * b.sum[l];
        }
    std::vector<double> draws((size_t)chains * sweeps * 4);
    for (int round = -1; round < rounds; round++) {
        auto start = std::chrono::steady_clock::now();
        std::vector<std::thread> pool;
        for (int t = 0; t < threads; t++)
            pool.emplace_back([&, t] {
                (full ? run<true> : run<false>)(blocks, draws, sweeps, t, threads, (uint32_t)((round + 1) * sweeps));
            });
        for (auto &thread : pool) thread.join();
        double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (round >= 0) std::printf("%.1f\n", 1e-6 * chains * sweeps / seconds);
    }
    double m[2] = {}, v[2] = {};
    size_t count = (size_t)chains * sweeps;
    for (size_t i = 0; i < count; i++) { m[0] += draws[4 * i] / count; m[1] += draws[4 * i + 3] / count; }
    for (size_t i = 0; i < count; i++) { v[0] += std::pow(draws[4 * i] - m[0], 2) / count; v[1] += std::pow(draws[4 * i + 3] - m[1], 2) / count; }
    std::printf("sigma %.4f sd %.4f, mu %.4f sd %.4f\n", m[0], std::sqrt(v[0]), m[1], std::sqrt(v[1]));
}
