-- Two-phase commit with @N@ resource managers. Messages stay where they are.

type
  Manager: 0..@N@ - 1;
  State: enum { Working, Prepared, Committed, Aborted };

var
  rm: array [Manager] of State;
  heard: array [Manager] of boolean;
  prepared_sent: array [Manager] of boolean;
  done: boolean;
  commit_sent: boolean;
  abort_sent: boolean;

startstate begin
  for r: Manager do
    rm[r] := Working;
    heard[r] := false;
    prepared_sent[r] := false;
  end;
  done := false;
  commit_sent := false;
  abort_sent := false;
end;

ruleset r: Manager do
  rule "prepares" rm[r] = Working ==> begin
    rm[r] := Prepared;
    prepared_sent[r] := true;
  end;

  rule "gives up" rm[r] = Working ==> begin rm[r] := Aborted; end;
  rule "commits" commit_sent ==> begin rm[r] := Committed; end;
  rule "aborts" abort_sent ==> begin rm[r] := Aborted; end;
  rule "is heard" !done & prepared_sent[r] ==> begin heard[r] := true; end;
end;

rule "decides to commit" !done & forall r: Manager do heard[r] end ==> begin
  done := true;
  commit_sent := true;
end;

rule "decides to abort" !done ==> begin
  done := true;
  abort_sent := true;
end;

invariant "consistent"
  !((exists r: Manager do rm[r] = Committed end) & (exists r: Manager do rm[r] = Aborted end));
