/* Peterson's algorithm for two processes; each option of the loop is one action of peterson.musil. */

#define Idle 0
#define Trying 1
#define Waiting 2
#define Critical 3

byte at[2];
bool flag[2];
byte turn;

active [2] proctype Process() {
    do
    :: atomic { at[_pid] == Idle -> flag[_pid] = true; at[_pid] = Trying }
    :: atomic { at[_pid] == Trying -> turn = 1 - _pid; at[_pid] = Waiting }
    :: atomic { at[_pid] == Waiting && (!flag[1 - _pid] || turn == _pid) -> at[_pid] = Critical }
    :: atomic { at[_pid] == Critical -> flag[_pid] = false; at[_pid] = Idle }
    od
}

ltl served { [] ((at[0] == Waiting) -> <> (at[0] == Critical)) }
ltl recurs { [] <> (at[0] == Critical) }
ltl alternates { [] ((at[0] == Critical) -> ((at[0] == Critical) U ((at[0] != Critical) U (at[1] == Critical)))) }
