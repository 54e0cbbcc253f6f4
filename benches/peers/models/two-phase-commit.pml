/* Two-phase commit with @N@ resource managers. Messages stay where they are. */

#define Working 0
#define Prepared 1
#define Committed 2
#define Aborted 3

byte rm[@N@];
bool prepared_sent[@N@];
bool heard[@N@];
/* How many are heard; it follows from `heard`. */
byte count;
bool done, commit_sent, abort_sent;

active [@N@] proctype ResourceManager() {
  do
  :: d_step { rm[_pid] == Working -> rm[_pid] = Prepared; prepared_sent[_pid] = true }
  :: d_step { rm[_pid] == Working -> rm[_pid] = Aborted }
  :: d_step { commit_sent -> assert(@ALL rm[#] != Aborted@); rm[_pid] = Committed }
  :: d_step { abort_sent -> assert(@ALL rm[#] != Committed@); rm[_pid] = Aborted }
  :: d_step { /* is heard, perhaps again */
       !done && prepared_sent[_pid] ->
       if
       :: !heard[_pid] -> heard[_pid] = true; count++
       :: else
       fi
     }
  od
}

active proctype TransactionManager() {
  do
  :: d_step { !done && count == @N@ -> done = true; commit_sent = true }
  :: d_step { !done -> done = true; abort_sent = true }
  od
}
