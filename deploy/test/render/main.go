// Renders a chart as `helm template` does, for tests on machines that have no Helm. It takes the same arguments, and
// the engines are those that Helm uses: text/template, sprig, and sigs.k8s.io/yaml, all from Debian. What no chart here
// needs is left out: subcharts, CRDs, --set, a cluster to look things up in.
//
//	render template NAME CHART --namespace NAMESPACE --values FILE
//	render values   NAME CHART --values FILE        the values that templates see, as JSON
//	render notes    NAME CHART --namespace …        NOTES.txt, which `helm install` prints
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type object = map[string]interface{}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) < 3 {
		return errors.New("usage: render template|values|notes NAME CHART [--namespace NAMESPACE] [--values FILE]…")
	}
	command, name, folder := arguments[0], arguments[1], arguments[2]
	namespace, overrides := "default", []string{}
	for rest := arguments[3:]; len(rest) >= 2; rest = rest[2:] {
		switch rest[0] {
		case "--namespace":
			namespace = rest[1]
		case "--values":
			overrides = append(overrides, rest[1])
		default:
			return fmt.Errorf("unknown flag: %s", rest[0])
		}
	}
	// Helm refuses longer ones itself.
	if len(name) > 53 {
		return errors.New("invalid release name: it has more than 53 characters")
	}
	chart, err := readYaml(filepath.Join(folder, "Chart.yaml"))
	if err != nil {
		return err
	}
	values, err := mergedValues(folder, overrides)
	if err != nil {
		return err
	}
	if command == "values" {
		return json.NewEncoder(os.Stdout).Encode(values)
	}
	rendered, err := render(folder, fmt.Sprint(chart["name"]), object{
		"Values": values,
		"Chart":  capitalized(chart),
		"Release": object{
			"Name": name, "Namespace": namespace, "Service": "Helm", "Revision": 1, "IsInstall": true, "IsUpgrade": false,
		},
		"Capabilities": object{"KubeVersion": object{"Version": "v1.34.0", "Major": "1", "Minor": "34"}},
		"Files":        files(folder),
	})
	if err != nil {
		return err
	}
	return print(rendered, command == "notes")
}

// mergedValues lays each file over those before it, beginning with the chart's own values.
func mergedValues(folder string, overrides []string) (object, error) {
	values := object{}
	for _, file := range append([]string{filepath.Join(folder, "values.yaml")}, overrides...) {
		found, err := readYaml(file)
		if err != nil {
			return nil, err
		}
		merge(values, found)
	}
	return values, nil
}

// merge is Helm's: maps are merged, anything else is replaced as a whole, and null takes a value away.
func merge(into, from object) {
	for key, value := range from {
		below, isMap := value.(object)
		existing, wasMap := into[key].(object)
		switch {
		case value == nil:
			delete(into, key)
		case isMap && wasMap:
			merge(existing, below)
		default:
			into[key] = value
		}
	}
}

func render(folder, chart string, scope object) (map[string]string, error) {
	all := template.New("all").Option("missingkey=zero")
	all.Funcs(functions(all))
	names := []string{}
	root := filepath.Join(folder, "templates")
	err := filepath.Walk(root, func(file string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		name := path.Join(chart, filepath.ToSlash(inside))
		names = append(names, name)
		_, err = all.New(name).Parse(string(text))
		return err
	})
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	rendered := map[string]string{}
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		scope["Template"] = object{"Name": name, "BasePath": path.Join(chart, "templates")}
		var text strings.Builder
		if err := all.ExecuteTemplate(&text, name, scope); err != nil {
			return nil, fmt.Errorf("execution error at (%s): %w", name, err)
		}
		// missingkey=zero still writes this for values of any type; Helm takes it out too.
		rendered[name] = strings.ReplaceAll(text.String(), "<no value>", "")
	}
	return rendered, nil
}

// functions are sprig's, without those that read the environment, and what Helm adds to them.
func functions(all *template.Template) template.FuncMap {
	result := sprig.TxtFuncMap()
	delete(result, "env")
	delete(result, "expandenv")
	result["getHostByName"] = func(string) string { return "" }
	result["lookup"] = func(string, string, string, string) object { return object{} }
	result["include"] = func(name string, data interface{}) (string, error) {
		var text strings.Builder
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	result["tpl"] = func(text string, data interface{}) (string, error) {
		copied, err := all.Clone()
		if err != nil {
			return "", err
		}
		copied.Option("missingkey=zero")
		parsed, err := copied.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		err = parsed.Execute(&out, data)
		return strings.ReplaceAll(out.String(), "<no value>", ""), err
	}
	result["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	result["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	result["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	result["fromYaml"] = func(text string) object {
		value := object{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	result["toJson"] = func(value interface{}) string {
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(text)
	}
	return result
}

var separator = regexp.MustCompile(`(?:^|\s*\n)---\s*`)

// print writes manifests one document each, without those that came out empty; or the notes alone.
func print(rendered map[string]string, notes bool) error {
	names := []string{}
	for name := range rendered {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if isNotes := path.Base(name) == "NOTES.txt"; isNotes || notes {
			if isNotes && notes {
				fmt.Print(rendered[name])
			}
			continue
		}
		for _, document := range separator.Split(rendered[name], -1) {
			if strings.TrimSpace(document) == "" {
				continue
			}
			parsed := object{}
			if err := yaml.UnmarshalStrict([]byte(document), &parsed); err != nil {
				return fmt.Errorf("YAML parse error on %s: %w", name, err)
			}
			fmt.Printf("---\n# Source: %s\n%s\n", name, strings.TrimSpace(document))
		}
	}
	return nil
}

// fileSet is what templates see as .Files: everything of the chart beside templates.
type fileSet struct{ folder string }

func files(folder string) fileSet { return fileSet{folder} }

// Get is empty for a file that is not there, as Helm's.
func (f fileSet) Get(name string) string {
	text, err := os.ReadFile(filepath.Join(f.folder, filepath.Clean("/"+name)))
	if err != nil {
		return ""
	}
	return string(text)
}

func readYaml(file string) (object, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	value := object{}
	if err := yaml.Unmarshal(text, &value); err != nil {
		return nil, fmt.Errorf("cannot parse %s: %w", file, err)
	}
	return value, nil
}

// capitalized has Chart.yaml's fields by the names of Helm's structure: .Chart.AppVersion.
func capitalized(chart object) object {
	result := object{}
	for key, value := range chart {
		result[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return result
}
