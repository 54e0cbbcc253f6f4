/* The alternating bit protocol in two directions, with channels of @N@ places that lose messages. A process is a direction. */

chan packets[2] = [@N@] of { bit, byte };
chan acks[2] = [@N@] of { bit };
bit send_bit[2], receive_bit[2];
byte send_data[2], receive_data[2];
/* For use within a step: 0 before and after it. */
bit got;
byte content;

#define AWAITED acks[_pid]?[eval(send_bit[_pid])]

inline drop_ack() { acks[_pid]?got; got = 0 }

inline acknowledged(value) {
  nempty(acks[_pid]) && AWAITED ->
  assert(send_data[_pid] == receive_data[_pid]);
  drop_ack();
  send_bit[_pid] = 1 - send_bit[_pid]; send_data[_pid] = value
}

active [2] proctype Direction() {
  do
  :: d_step { nfull(packets[_pid]) -> packets[_pid]!send_bit[_pid],send_data[_pid] }
  :: d_step { nempty(packets[_pid]) -> packets[_pid]?got,content; got = 0; content = 0 }
  :: d_step {
       nempty(packets[_pid]) ->
       packets[_pid]?got,content;
       if
       :: got == receive_bit[_pid] -> receive_data[_pid] = content; receive_bit[_pid] = 1 - receive_bit[_pid]
       :: else
       fi;
       if
       :: nfull(acks[_pid]) -> acks[_pid]!got
       :: full(acks[_pid])
       fi;
       assert(send_bit[_pid] == receive_bit[_pid] || send_data[_pid] == receive_data[_pid]);
       got = 0; content = 0
     }
  :: d_step { nempty(acks[_pid]) -> drop_ack() }
  :: d_step { acknowledged(0) }
  :: d_step { acknowledged(1) }
  :: d_step { acknowledged(2) }
  :: d_step { acknowledged(3) }
  :: d_step { nempty(acks[_pid]) && !(AWAITED) -> drop_ack() }
  od
}
