// What becomes of step sizes of NUTS under different rules for the end of a warm-up window: Stan's NUTS and dual averaging
// written down a second time, for the posterior of examples/identifiability/informative.stan, whose data enter by their
// sufficient statistics.
//
//     g++ -O2 -o target/step_sizes benches/peers/step_sizes.cpp && target/step_sizes
//
// Prints, for each rule, the step sizes of 300 chains after 1,000 steps, and what 1,000 further steps of each were like; then
// the acceptance and divergences of fixed step sizes, which show where the integrator becomes unstable.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

using Vector = std::array<double, 3>;

struct Point {
    Vector position, momentum, gradient;
    double log_density;
};

// Of the log of sigma and the two intercepts: 100 observations with this mean and sum of squares about it.
double log_density(const Vector &z, Vector &gradient) {
    const double squares = 93.359820097265956, mean = -0.0034094404;
    const double variance = std::exp(2 * z[0]), residual = mean - z[1] - z[2];
    const double sum = squares + 100 * residual * residual;
    const double slope = 100 * residual / variance;
    gradient = {1 - 2 * variance / (1 + variance) - 100 + sum / variance, slope - (z[1] - 5), slope - (z[2] + 5)};
    return z[0] - std::log1p(variance) - 100 * z[0] - sum / (2 * variance) - 0.5 * (z[1] - 5) * (z[1] - 5) -
           0.5 * (z[2] + 5) * (z[2] + 5);
}

double log_add_exp(double a, double b) {
    if (a == -INFINITY || b == -INFINITY) return std::max(a, b);
    return std::max(a, b) + std::log1p(std::exp(-std::fabs(a - b)));
}

Vector add(const Vector &a, const Vector &b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

struct Chain {
    std::mt19937_64 bits;
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    Point state;
    Vector metric{1, 1, 1};
    double step_size = 1;
    // Of the trajectory that grows.
    double first_energy = 0, acceptance = 0;
    int leapfrogs = 0;
    bool diverging = false;

    explicit Chain(uint64_t seed) : bits(seed) {
        for (double &z : state.position) z = 4 * uniform(bits) - 2;
        state.log_density = log_density(state.position, state.gradient);
    }

    double energy(const Point &p) const {
        double kinetic = 0;
        for (int i = 0; i < 3; i++) kinetic += 0.5 * metric[i] * p.momentum[i] * p.momentum[i];
        const double energy = kinetic - p.log_density;
        return std::isfinite(energy) ? energy : INFINITY;
    }

    void refresh(Point &p) {
        for (int i = 0; i < 3; i++) p.momentum[i] = normal(bits) / std::sqrt(metric[i]);
    }

    void leapfrog(Point &p, double step) const {
        for (int i = 0; i < 3; i++) p.momentum[i] += step / 2 * p.gradient[i];
        for (int i = 0; i < 3; i++) p.position[i] += step * metric[i] * p.momentum[i];
        p.log_density = log_density(p.position, p.gradient);
        for (int i = 0; i < 3; i++) p.momentum[i] += step / 2 * p.gradient[i];
    }

    bool goes_on(const Vector &begin, const Vector &end, const Vector &sum) const {
        double first = 0, last = 0;
        for (int i = 0; i < 3; i++) first += metric[i] * begin[i] * sum[i], last += metric[i] * end[i] * sum[i];
        return first > 0 && last > 0;
    }

    bool build(int depth, double direction, Point &end, Point &choice, Vector &first, Vector &last, Vector &sum,
               double &weight) {
        if (depth == 0) {
            leapfrog(end, direction * step_size);
            leapfrogs++;
            const double error = energy(end) - first_energy;
            diverging = diverging || error > 1000;
            weight = log_add_exp(weight, -error);
            acceptance += std::min(1.0, std::exp(-error));
            choice = end;
            first = last = end.momentum;
            sum = add(sum, end.momentum);
            return !diverging;
        }
        double weights[2] = {-INFINITY, -INFINITY};
        Vector inner_last, inner_first, sums[2] = {};
        Point other;
        if (!build(depth - 1, direction, end, choice, first, inner_last, sums[0], weights[0])) return false;
        if (!build(depth - 1, direction, end, other, inner_first, last, sums[1], weights[1])) return false;
        const double both = log_add_exp(weights[0], weights[1]);
        weight = log_add_exp(weight, both);
        if (uniform(bits) < std::exp(weights[1] - both)) choice = other;
        const Vector whole = add(sums[0], sums[1]);
        sum = add(sum, whole);
        return goes_on(first, last, whole) && goes_on(first, inner_first, add(sums[0], inner_first)) &&
               goes_on(inner_last, last, add(sums[1], inner_last));
    }

    // The mean acceptance of the trajectory.
    double step() {
        refresh(state);
        first_energy = energy(state), acceptance = 0, leapfrogs = 0, diverging = false;
        // By direction, 0 backward and 1 forward: the point, and the momenta at its outer and its inner end.
        Point ends[2] = {state, state}, sample = state;
        Vector outer[2] = {state.momentum, state.momentum}, inner[2] = {state.momentum, state.momentum};
        Vector sum = state.momentum;
        double weight = 0;
        for (int depth = 0; depth < 10; depth++) {
            const int to = uniform(bits) > 0.5;
            Point choice;
            Vector first, last, sums[2] = {};
            sums[1 - to] = sum;
            double more = -INFINITY;
            inner[1 - to] = outer[to];
            if (!build(depth, to ? 1 : -1, ends[to], choice, first, last, sums[to], more)) break;
            inner[to] = first, outer[to] = last;
            if (more > weight || uniform(bits) < std::exp(more - weight)) sample = choice;
            weight = log_add_exp(weight, more);
            sum = add(sums[0], sums[1]);
            if (!goes_on(outer[0], outer[1], sum) || !goes_on(outer[0], inner[1], add(sums[0], inner[1])) ||
                !goes_on(inner[0], outer[1], add(sums[1], inner[0])))
                break;
        }
        state = sample;
        return acceptance / leapfrogs;
    }

    double found_step_size(double step) {
        auto accepts = [&](double step) {
            Point p = state;
            refresh(p);
            const double before = energy(p);
            leapfrog(p, step);
            return before - energy(p) > std::log(0.8);
        };
        for (const bool grows = accepts(step); grows == accepts(step) && step < 1e7 && step > 1e-10;) step *= grows ? 2 : 0.5;
        return step;
    }
};

enum Rule { STAN, BEFORE, NEVER, NOW };

void warm_up(Chain &chain, Rule rule) {
    const std::vector<int> ends{99, 149, 249, 449, 949};
    double centre, error, average, count;
    auto anew = [&](double step) {
        chain.step_size = chain.found_step_size(step);
        centre = std::log(10 * chain.step_size), error = average = count = 0;
    };
    anew(1);
    Vector mean{}, squares{};
    double n = 0;
    for (int t = 0; t < 1000; t++) {
        const double rate = chain.step();
        count++;
        const double weight = 1 / (count + 10);
        error = (1 - weight) * error + weight * (0.8 - (std::isnan(rate) ? 0 : rate));
        const double log_step = centre - error * std::sqrt(count) / 0.05, share = std::pow(count, -0.75);
        average = (1 - share) * average + share * log_step;
        chain.step_size = std::exp(log_step);
        if (t < 75 || t >= 950) continue;
        n++;
        for (int i = 0; i < 3; i++) {
            const double difference = chain.state.position[i] - mean[i];
            mean[i] += difference / n;
            squares[i] += difference * (chain.state.position[i] - mean[i]);
        }
        if (std::find(ends.begin(), ends.end(), t) == ends.end()) continue;
        double growth = 0, largest = 1;
        for (int i = 0; i < 3; i++) {
            const double variance = n / (n + 5) * squares[i] / (n - 1) + 1e-3 * 5 / (n + 5);
            const double ratio = variance / chain.metric[i];
            growth += std::log(ratio) / 3;
            largest = std::max({largest, ratio, 1 / ratio});
            chain.metric[i] = variance;
        }
        n = 0, mean = squares = {};
        if (rule == STAN || (rule == BEFORE && largest > 2) || (rule == NOW && largest > 4)) {
            anew(chain.step_size);
        } else if (rule == NOW) {
            centre -= growth / 2, average -= growth / 2, chain.step_size *= std::exp(-growth / 2);
        }
    }
    chain.step_size = std::exp(average);
}

struct Totals {
    double leapfrogs = 0, acceptance = 0, step = 0, step_squares = 0;
    long divergences = 0;
};

void sample(Chain &chain, int draws, Totals &totals) {
    for (int t = 0; t < draws; t++) {
        totals.acceptance += chain.step() / draws;
        totals.leapfrogs += double(chain.leapfrogs) / draws;
        totals.divergences += chain.diverging;
    }
    totals.step += chain.step_size, totals.step_squares += chain.step_size * chain.step_size;
}

int main() {
    const char *names[] = {"anew after every window (Stan)", "on, unless a variance doubled or halved", "on, never anew",
                           "on, steps scaled by the metric, anew if fourfold"};
    const int chains = 300, draws = 1000;
    for (Rule rule : {STAN, BEFORE, NEVER, NOW}) {
        Totals totals;
        for (int seed = 1; seed <= chains; seed++) {
            Chain chain(seed);
            warm_up(chain, rule);
            sample(chain, draws, totals);
        }
        const double mean = totals.step / chains;
        std::printf("%-50s step size %.4f, sd %.4f; leapfrogs %.2f, acceptance %.3f, divergences in a million %.1f\n", names[rule],
                    mean, std::sqrt(totals.step_squares / chains - mean * mean), totals.leapfrogs / chains,
                    totals.acceptance / chains, 1e6 * totals.divergences / (chains * double(draws)));
    }
    for (double step : {0.12, 0.14, 0.16, 0.17, 0.18}) {
        Totals totals;
        for (int seed = 1; seed <= 4; seed++) {
            Chain chain(seed);
            chain.metric = {0.0052, 0.5, 0.5};
            chain.step_size = chain.found_step_size(1) / 8;
            for (int t = 0; t < 200; t++) chain.step();
            chain.step_size = step;
            sample(chain, 10000, totals);
        }
        std::printf("step size %.2f: leapfrogs %.2f, acceptance %.3f, divergences in a million %.1f\n", step,
                    totals.leapfrogs / 4, totals.acceptance / 4, 1e6 * totals.divergences / 40000.0);
    }
}
