-- Demo data begins in the past: the clock is behind while it is made, and comes back to the machine's.
alter table counterfoil.test_clock drop constraint test_clock_ahead_ms_check;
