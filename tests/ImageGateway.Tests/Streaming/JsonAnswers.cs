using System.Globalization;
using System.Text;

namespace ImageGateway.Tests.Streaming;

/// <summary>Draws valid JSON: answers of a provider with everything that is legal and nobody sends.</summary>
internal sealed class JsonAnswers(Random random, bool lineBreaks = true)
{
    private static readonly string[] Names =
    [
        "usage", "usage", "data", "size", "quality", "background", "output_format", "type", "error", "created", "b64_json", "url",
        "input_tokens", "output_tokens", "total_tokens", "input_tokens_details", "output_tokens_details",
        "text_tokens", "image_tokens", "cached_tokens", "", "usag", "usages", "a\\\"usage", "Größe",
    ];

    private readonly StringBuilder _text = new();

    /// <summary>An answer: mostly an object with members that matter, sometimes any other value.</summary>
    public string Draw(string? type = null)
    {
        _text.Clear();
        Space();
        if (random.Chance(92))
            Members(Enumerable.Range(0, random.Next(0, 9)).Select<int, (string, Action)>(_ => Answer()).Concat(type is null ? [] : [("type", () => String(type))]));
        else
            Value(0);
        Space();
        return _text.ToString();
    }

    private (string Name, Action Value) Answer() => random.Next(10) switch
    {
        0 or 1 or 2 => ("usage", Usage),
        3 => ("data", Data),
        4 => (random.Pick("size", "quality", "background", "output_format"), Word),
        5 => ("error", () => Value(3)),
        6 => ("b64_json", Picture),
        _ => (random.Pick(Names), () => Value(1)),
    };

    private void Usage()
    {
        if (random.Chance(20))
            Value(2);
        else
            Members(Enumerable.Range(0, random.Next(0, 7)).Select<int, (string, Action)>(_ => random.Next(5) switch
            {
                0 => ("input_tokens", Number),
                1 => ("output_tokens", Number),
                2 => ("input_tokens_details", Details),
                3 => ("output_tokens_details", Details),
                _ => (random.Pick(Names), () => Value(2)),
            }));
    }

    private void Details()
    {
        if (random.Chance(20))
            Value(3);
        else
            Members(Enumerable.Range(0, random.Next(0, 5)).Select<int, (string, Action)>(_ => (random.Pick("text_tokens", "image_tokens", "cached_tokens", "other"), () =>
            {
                if (random.Chance(85))
                    Number();
                else
                    Value(4);
            }
            )));
    }

    private void Data()
    {
        if (random.Chance(15))
            Value(2);
        else
            Items(random.Next(0, 4), () =>
            {
                if (random.Chance(85))
                    Members([("b64_json", Picture), (random.Pick(Names), () => Value(3))]);
                else
                    Value(3);
            });
    }

    private void Value(int depth)
    {
        switch (random.Next(depth > 5 ? 4 : 6))
        {
            case 0: Number(); break;
            case 1: _text.Append(random.Pick("true", "false", "null")); break;
            case 2: Word(); break;
            case 3: Picture(); break;
            case 4: Items(random.Next(0, 4), () => Value(depth + 1)); break;
            default: Members(Enumerable.Range(0, random.Next(0, 4)).Select<int, (string, Action)>(_ => (random.Pick(Names), () => Value(depth + 1)))); break;
        }
    }

    private void Members(IEnumerable<(string Name, Action Value)> members)
    {
        var list = members.ToArray();
        random.Shuffle(list);
        _text.Append('{');
        Separated(list, member =>
        {
            String(member.Name);
            Space();
            _text.Append(':');
            Space();
            member.Value();
        });
        _text.Append('}');
    }

    private void Items(int count, Action item)
    {
        _text.Append('[');
        Separated(Enumerable.Range(0, count), _ => item());
        _text.Append(']');
    }

    private void Separated<T>(IEnumerable<T> items, Action<T> write)
    {
        var first = true;
        Space();
        foreach (var item in items)
        {
            if (!first)
                _text.Append(',');
            first = false;
            Space();
            write(item);
            Space();
        }
    }

    private void Number() => _text.Append(random.Next(12) switch
    {
        0 => "1.5",
        1 => "1e2",
        2 => "-0",
        3 => "-7",
        4 => "99999999999999999999",
        5 => "0.0",
        _ => random.Next(0, 20_000).ToString(CultureInfo.InvariantCulture),
    });

    private void Word() => String(random.Next(6) switch
    {
        0 => "",
        1 => "say \"hi\"\\",
        2 => "ünïcödé 🎨",
        3 => new string('w', random.Next(250, 262)),
        _ => random.Pick("1024x1024", "high", "opaque", "png", "auto", "usage", "error"),
    });

    private void Picture()
    {
        _text.Append('"');
        for (var left = random.Pick(0, 3, 300, 5000); left > 0; left--)
            _text.Append(random.Chance(1) ? "\\/" : random.Pick('A', 'z', '0', '+', '/', '=').ToString());
        _text.Append('"');
    }

    /// <summary>A string; now and then its letters are escapes.</summary>
    private void String(string value)
    {
        var often = random.Pick(0, 0, 0, 30, 100);
        _text.Append('"');
        foreach (var letter in value)
        {
            if (random.Chance(often) || letter is '"' or '\\' || (char.IsSurrogate(letter) && often > 0))
                _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                _text.Append(letter);
        }
        _text.Append('"');
    }

    private void Space()
    {
        while (random.Chance(15))
            _text.Append(random.Pick(' ', '\t', lineBreaks ? '\n' : ' ', lineBreaks ? '\r' : ' '));
    }
}
