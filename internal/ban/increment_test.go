package ban

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

func half() float64 { return 0.5 }

func TestNextBanTime(t *testing.T) {
	exponential := "ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)"
	tests := []struct {
		name     string
		settings Settings
		counts   []int
		want     []float64
	}{
		{
			"doubles, up to a million times",
			Settings{},
			[]int{0, 1, 2, 3, 10, 19, 20, 21, 50},
			[]float64{600, 1200, 2400, 4800, 614400, 314572800, 629145600, 629145600, 629145600},
		},
		{"never below the base", Settings{Factor: "0.1"}, []int{0, 1, 2, 3, 4, 5}, []float64{600, 600, 600, 600, 960, 1920}},
		{"factor, then the cap", Settings{Factor: "2", MaxTime: 86400}, []int{1, 2, 3, 10}, []float64{2400, 4800, 9600, 86400}},
		{
			"multipliers may go below the base",
			Settings{Factor: "0.1", Multipliers: "1 2 4"},
			[]int{0, 1, 2, 3, 4, 5},
			[]float64{60, 120, 240, 240, 240, 240},
		},
		{"multipliers beat the formula", Settings{Formula: "1", Multipliers: " 1  5\n30 "}, []int{1, 2}, []float64{3000, 18000}},
		{
			"documented formula",
			Settings{Factor: "2.0 / 2.885385", Formula: exponential},
			[]int{0, 1, 2, 3, 7, 8},
			[]float64{600, 1200.0014649367868, 2400.0058597507245, 4800.017579262904, 76800.65629408408, 153601.50010167938},
		},
		{
			"default formula spelt out",
			Settings{Formula: "ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor"},
			[]int{1, 3, 30},
			[]float64{1200, 4800, 629145600},
		},
		{"formula below the base", Settings{Formula: "-ban.Time"}, []int{1}, []float64{600}},
		{"random part comes after the cap", Settings{MaxTime: 700, RndTime: 10}, []int{1}, []float64{705}},
		{"unset limits", Settings{MaxTime: math.NaN(), RndTime: math.NaN()}, []int{1}, []float64{1200}},
		{
			"random in a formula",
			Settings{Formula: "ban.Time * 2 + random.random() + random.uniform(2, 4) + random.randint(1, 3)"},
			[]int{1},
			[]float64{1205.5},
		},
		{"list", Settings{Formula: "[1,5,30][min(ban.Count,2)]*ban.Time"}, []int{1, 9}, []float64{3000, 18000}},
		{"power", Settings{Formula: "ban.Time * 2**ban.Count"}, []int{3}, []float64{4800}},
		{"a truth is a number", Settings{Formula: "ban.Count > 0"}, []int{3}, []float64{600}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i, err := tt.settings.Compile()
			if err != nil {
				t.Fatal(err)
			}
			got := []float64{}
			for _, n := range tt.counts {
				v, err := i.Next(600, n, half)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v)
			}
			near := gocmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
			if diff := gocmp.Diff(tt.want, got, near); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNextLeavesForeverAlone(t *testing.T) {
	i, err := Settings{MaxTime: 100, RndTime: 10}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	if v, err := i.Next(ticket.Forever, 5, half); v != ticket.Forever || err != nil {
		t.Errorf("Next(forever) = %v, %v", v, err)
	}
}

func TestFormulaThatFailsLaterGivesTheBase(t *testing.T) {
	i, err := Settings{Formula: "ban.Time / (ban.Count - 3)"}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	if v, err := i.Next(600, 3, half); v != 600 || err == nil {
		t.Errorf("Next = %v, %v, want the base and an error", v, err)
	}
}

func TestCompileErrors(t *testing.T) {
	tests := []struct {
		settings Settings
		want     string // part of the message
	}{
		{Settings{Multipliers: "1 2.5"}, `bantime.multipliers "1 2.5": "2.5" is no whole number`},
		{Settings{Factor: "x"}, `bantime.factor "x": "x" is not known here`},
		{Settings{Factor: "ban.Time"}, `"ban" is not known here`},
		{Settings{Formula: "ban.Nope"}, `bantime.formula "ban.Nope": `},
		{Settings{Formula: "(1,"}, `")" is missing`},
		{Settings{Formula: "1) or (2"}, `")" closes nothing`},
		{Settings{Formula: "1 +"}, "bantime.formula"},
		{Settings{Formula: "(1,)"}, "gives a tuple, not a number"},
		{Settings{Formula: "'x'"}, `has no place for "'"`},
		{Settings{Formula: "1e400"}, "bantime.formula"},
		{Settings{Formula: "ban.Time / 0"}, "division by zero"},
		{Settings{Formula: "math.nope(1)"}, "nope"},
		{Settings{Formula: "__import__(1)"}, `"__import__" is not known`},
		{Settings{Formula: "max(x for x in [1])"}, `"x" is not known`},
		{Settings{Formula: "** 2"}, "** stands without a number on both sides"},
		{Settings{Formula: "2 **"}, "** stands without a number on both sides"},
		{Settings{Formula: "2 ** 5000"}, "too large"},
		{Settings{Formula: "1 # comment"}, `has no place for "#"`},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.settings.Factor, tt.settings.Formula, tt.settings.Multipliers), func(t *testing.T) {
			_, err := tt.settings.Compile()
			if err == nil {
				t.Fatal("compiled")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want it to say %q", err, tt.want)
			}
		})
	}
}

func TestRewritePowers(t *testing.T) {
	tests := []struct{ in, want string }{
		{"a**b", "pow(a,b)"},
		{"2**3**2", "pow(2,pow(3,2))"},
		{"-2**2", "-pow(2,2)"},
		{"2**-1", "pow(2,-1)"},
		{"2**-3**2", "pow(2,-pow(3,2))"},
		{"ban.Count**2*3", "pow(ban.Count,2)*3"},
		{"(1+2)**(3)", "pow((1+2),(3))"},
		{"math.exp(1)**math.log(2)[0].x+1", "pow(math.exp(1),math.log(2)[0].x)+1"},
		{"f(a**b, [c**2][0])**2", "pow(f(pow(a,b),[pow(c,2)][0]),2)"},
		{"1 if a**2 else 3**.5", "1ifpow(a,2)else pow(3,.5)"},
	}
	for _, tt := range tests {
		tokens, err := tokenize(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := rewritePowers(tokens)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if g, w := strings.Join(got, ""), strings.ReplaceAll(tt.want, " ", ""); g != w {
			t.Errorf("%s became %s, want %s", tt.in, g, w)
		}
	}
}

func TestWeight(t *testing.T) {
	tests := []struct {
		count, maxRetry int
		want            float64
	}{{1, 5, 2}, {2, 5, 3}, {3, 5, 5}, {3, 4, 4}, {4, 100, 9}, {50, 1 << 30, 524289}, {0, 5, 1.5}}
	for _, tt := range tests {
		if got := Weight(tt.count, tt.maxRetry); got != tt.want {
			t.Errorf("Weight(%d, %d) = %v, want %v", tt.count, tt.maxRetry, got, tt.want)
		}
	}
}

// randomExpression makes an expression that Python and we must agree on.
func randomExpression(r *rand.Rand, depth int) string {
	if depth == 0 {
		leaves := []string{"ban.Time", "ban.Count", "banFactor", "2", "3", "0.5", "1e1", "7", "(2)", "math.pi"}
		return leaves[r.IntN(len(leaves))]
	}
	a := func() string { return randomExpression(r, depth-1) }
	switch r.IntN(12) {
	case 0:
		return a() + " + " + a()
	case 1:
		return a() + "-" + a()
	case 2:
		return a() + " * " + a()
	case 3:
		return "(" + a() + ") / (1 + abs(" + a() + "))"
	case 4:
		return "(" + a() + ") // 7"
	case 5:
		return "(" + a() + ") % 11"
	case 6:
		return "ban.Count**2**" + []string{"1", "-1", "0.5"}[r.IntN(3)] + " + -2**2 * " + a()
	case 7:
		return "(" + a() + " if " + a() + " < " + a() + " else " + a() + ")"
	case 8:
		return "min(" + a() + ", max(" + a() + ", " + a() + "))"
	case 9:
		return "math.sqrt(abs(" + a() + "))"
	case 10:
		return "(1 << (ban.Count % 7)) * int(" + a() + ")"
	}
	return "round(" + a() + ")"
}

const pythonSide = `
import json, math, sys
class ban: Time = 600; Count = 4
banFactor = 1.5
for line in sys.stdin:
    try: print(json.dumps(float(eval(line.strip()))))
    except Exception as e: print("null")
`

func TestExpressionsAsPython(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("set GAOL_FULL=1 to compare with Python")
	}
	r := rand.New(rand.NewPCG(5, 6))
	var in bytes.Buffer
	texts := make([]string, 5000)
	for i := range texts {
		texts[i] = randomExpression(r, 1+r.IntN(3))
		fmt.Fprintln(&in, texts[i])
	}
	cmd := exec.Command("/usr/bin/python3", "-c", pythonSide)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	answers := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	for i, text := range texts {
		var want *float64
		if err := json.Unmarshal(answers[i], &want); err != nil {
			t.Fatalf("%s: %s: %v", text, answers[i], err)
		}
		e, err := compile(text, formulaWords)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got, err := e.eval(variables{time: 600, count: 4, factor: number{1.5, false}}, half)
		switch {
		case want == nil && err != nil:
			refused++
		case want == nil || err != nil:
			t.Errorf("%s: %v, %v; Python: %s", text, got.value, err, answers[i])
		case math.Abs(got.value-*want) > 1e-9*math.Abs(*want):
			t.Errorf("%s = %v; Python: %v", text, got.value, *want)
		}
	}
	t.Logf("%d expressions alike, %d of them errors on both sides", len(texts), refused)
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{"2.0 / 2.885385", "2**3**2", "ban.Time if ban.Count else [1][0]", "((", ")**(", "1)]**2", "a.b.c**2", "2**-", "pow(0,-1)", "-[**"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := Settings{Formula: text, Factor: "1"}.Compile()
		if err != nil {
			return
		}
		if v, err := i.Next(600, 2, half); err == nil && (math.IsNaN(v) || math.IsInf(v, 0) || v < 600) {
			t.Errorf("%q gives %v", text, v)
		}
	})
}

func BenchmarkNextFormula(b *testing.B) {
	i, err := Settings{Formula: "ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor"}.Compile()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := i.Next(600, 3, half); err != nil {
			b.Fatal(err)
		}
	}
}
