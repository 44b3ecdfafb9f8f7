package pyre

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRunsThatGiveNothingBack tells from which patterns the compiler sees that a run can only end where its characters do.
func TestRunsThatGiveNothingBack(t *testing.T) {
	tests := []struct {
		pattern string
		want    opcode
	}{
		{`\S+\s`, iRunAll}, // both have characters that begin with the same bytes
		{`\S*?\s`, iRunAll},
		{`\d+(?:a|[b-y]|z+)?$`, iRunAll},
		{`\d{1,3}\.`, iRunAll},
		{`[à-é]+[ê-ï]`, iRunAll},
		{`[à-ê]+[ê-ï]`, iRunGreedy},
		{`\w+[^a]`, iRunGreedy},
		{`\w+`, iRunGreedy}, // nothing is known about what comes after the match
		{`(\S+)\1`, iRunGreedy},
		{`\S+(?=\s)`, iRunAll},
		{`\S+(?!\s)`, iRunGreedy},
		{`\S*?\S`, iRunLazy},
	}
	for _, tt := range tests {
		for _, in := range mustCompile(t, tt.pattern, 0).prog.code {
			if in.op >= iRunGreedy && in.op <= iRunAll {
				if in.op != tt.want {
					t.Errorf("%s: %d, want %d", tt.pattern, in.op, tt.want)
				}
				break
			}
		}
	}
}

// TestBranchesSkipWhatIsCertain follows branches for some next characters.
func TestBranchesSkipWhatIsCertain(t *testing.T) {
	p := mustCompile(t, `^(?:a1)?(?:b2)?[cd]?(?:e5)?f`, 0).prog
	first := 1 // after ^
	if p.code[first].op != iBranch {
		t.Fatalf("instruction %d is %d", first, p.code[first].op)
	}
	arrive := func(next int) string {
		j := p.jumps[int(p.code[first].n)+int(p.classes[next])]
		if j.x == noWay {
			return "nowhere"
		}
		switch in := p.code[j.x]; in.op {
		case iLit:
			return p.lits[in.n]
		case iByte:
			return string(in.c)
		case iRunAll:
			return "run"
		}
		return "elsewhere"
	}
	got := map[string]string{}
	for _, c := range "abcefz" {
		got[string(c)] = arrive(int(c))
	}
	got["end"] = arrive(endOfText)
	want := map[string]string{"a": "a1", "b": "b2", "c": "run", "e": "e5", "f": "f", "z": "nowhere", "end": "nowhere"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
