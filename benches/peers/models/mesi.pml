/* MESI with @N@ caches. */

#define Invalid 0
#define Shared 1
#define Exclusive 2
#define Modified 3

#define Nothing 0
#define Read 1
#define ReadExclusive 2
#define Upgrade 3

#define OTHER (j != _pid && line[j] != Invalid)

byte line[@N@];
byte request[@N@];
bit data[@N@];
bit memory, newest;
/* For use within a step: 0 before and after it. */
byte j;
bool shared;

inline write_back(cache) {
  if
  :: line[cache] == Modified -> memory = data[cache]
  :: else
  fi
}

inline store(value) {
  request[_pid] == Nothing && line[_pid] >= Exclusive ->
  line[_pid] = Modified; data[_pid] = value; newest = value
}

active [@N@] proctype Cache() {
  do
  :: d_step { request[_pid] == Nothing && line[_pid] == Invalid -> request[_pid] = Read }
  :: d_step { request[_pid] == Nothing && line[_pid] == Invalid -> request[_pid] = ReadExclusive }
  :: d_step { request[_pid] == Nothing && line[_pid] == Shared -> request[_pid] = Upgrade }
  :: d_step { store(0) }
  :: d_step { store(1) }
  :: d_step {
       request[_pid] == Nothing && line[_pid] != Invalid ->
       write_back(_pid);
       assert(memory == newest && data[_pid] == newest);
       line[_pid] = Invalid; data[_pid] = 0
     }
  :: d_step {
       request[_pid] == Read ->
       do
       :: j < @N@ ->
          if
          :: OTHER -> write_back(j); line[j] = Shared; shared = true
          :: else
          fi;
          j++
       :: else -> break
       od;
       line[_pid] = (shared -> Shared : Exclusive);
       data[_pid] = memory;
       assert(data[_pid] == newest);
       request[_pid] = Nothing;
       shared = false; j = 0
     }
  :: d_step {
       request[_pid] >= ReadExclusive ->
       do
       :: j < @N@ ->
          if
          :: OTHER ->
             write_back(j); line[j] = Invalid; data[j] = 0;
             if
             :: request[j] == Upgrade -> request[j] = ReadExclusive
             :: else
             fi
          :: else
          fi;
          j++
       :: else -> break
       od;
       if
       :: request[_pid] == ReadExclusive -> data[_pid] = memory
       :: else
       fi;
       assert(data[_pid] == newest);
       line[_pid] = Modified;
       request[_pid] = Nothing;
       j = 0
     }
  od
}
