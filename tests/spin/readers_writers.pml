/* Readers and a writer; each option is one action of readers_writers.musil. TO_WRITER: a waiting writer keeps new readers out. */

#ifndef TO_WRITER
#define TO_WRITER false
#endif

#define Away 0
#define Waiting 1
#define Writing 2

bool reading[2];
byte writer;

active [2] proctype Reader() {
    do
    :: atomic { !reading[_pid] && writer != Writing && !(TO_WRITER && writer == Waiting) -> reading[_pid] = true }
    :: atomic { reading[_pid] -> reading[_pid] = false }
    od
}

active proctype Writer() {
    do
    :: atomic { writer == Away -> writer = Waiting }
    :: atomic { writer == Waiting && !reading[0] && !reading[1] -> writer = Writing }
    :: atomic { writer == Writing -> writer = Away }
    od
}

ltl written { [] ((writer == Waiting) -> <> (writer == Writing)) }
ltl read { [] <> reading[0] }
