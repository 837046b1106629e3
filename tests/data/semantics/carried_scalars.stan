// Scalars from outside of a loop: carried, only added to, overwritten, overwritten in some rows.
data { int N; vector[N] y; array[N] int g; }
parameters { real a; real<lower=0> b; }
model {
  real state = 0.3 * a;
  real previous = b;
  real older = a;
  real total = a;
  real last = 7;
  real sometimes = 2;
  real falling = 1;
  for (n in 1:N) {
    real next = a * previous + 0.1 * older + y[n];
    older = previous;
    previous = tanh(next);
    state = 0.5 * state + y[n] * b;
    total += y[n] * a - previous;
    total -= b;
    falling *= inv_logit(a + y[n]);
    last = y[n] * a;
    if (g[n] == 1) sometimes = y[n] * b;
    target += -square(state - y[n]);
  }
  target += total + last * b + sometimes * a + falling + older * previous;
}
