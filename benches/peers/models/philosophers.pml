/* @N@ dining philosophers. All take the fork to the left first, so all can be stuck. Where one is in the cycle is whether he holds one
   fork, or both. */

#define LEFT _pid
#define RIGHT ((_pid + 1) % @N@)

bool taken[@N@];

active [@N@] proctype Philosopher() {
  do
  :: d_step { !taken[LEFT] -> taken[LEFT] = true };
     d_step { !taken[RIGHT] -> taken[RIGHT] = true };
     d_step { taken[LEFT] = false; taken[RIGHT] = false }
  od
}
