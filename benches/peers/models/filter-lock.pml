/* The filter lock of @N@ processes. */

#define Idle 0
#define Writing 1
#define Waiting 2
#define Critical 3

#define HERE level[_pid]

byte at[@N@];
byte level[@N@];
byte last[@N@];

active [@N@] proctype Process() {
  do
  :: d_step { at[_pid] == Idle -> at[_pid] = Writing; HERE = 1 }
  :: d_step { at[_pid] == Writing -> at[_pid] = Waiting; last[HERE] = _pid }
  :: d_step {
       at[_pid] == Waiting && (last[HERE] != _pid || (@ALL # == _pid || level[#] < HERE@)) ->
       if
       :: HERE < @N@ - 1 -> HERE++; at[_pid] = Writing
       :: else -> assert(@ALL at[#] != Critical@); at[_pid] = Critical
       fi
     }
  :: d_step { at[_pid] == Critical -> at[_pid] = Idle; HERE = 0 }
  od
}
