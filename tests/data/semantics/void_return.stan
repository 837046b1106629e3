// A void function that returns on a condition on parameters, inside and outside of a loop.
functions {
  void outside_lp(real a) { if (a > 0) return; target += a; if (a < -0.5) { target += 2 * a; return; } target += 5 * a; }
}
parameters { real a; }
model { outside_lp(a); target += -a^2; }
