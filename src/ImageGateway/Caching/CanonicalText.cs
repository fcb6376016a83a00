using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ImageGateway.Caching;

/// <summary>
/// Makes texts that read the same equal: canonical decomposition (Unicode Standard Annex #15). The framework has it only with
/// ICU, which small container images lack. Code points newer than the table stay unchanged.
/// </summary>
internal static class CanonicalText
{
    // Hangul syllables, the Unicode Standard §3.12.
    private const int FirstSyllable = 0xAC00;
    private const int Syllables = 11172;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int FirstTail = 0x11A7;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<(FrozenDictionary<int, string> Decompositions, FrozenDictionary<int, byte> Classes)> Table = new(Read);

    /// <summary>The decomposed text; the text itself when it is ASCII.</summary>
    public static string Of(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var runes = new List<Rune>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
            Add(rune, runes);
        Order(runes);
        var result = new StringBuilder(text.Length + 16);
        foreach (var rune in runes)
            result.Append(rune.ToString());
        return result.ToString();
    }

    private static void Add(Rune rune, List<Rune> runes)
    {
        var syllable = rune.Value - FirstSyllable;
        if (syllable is >= 0 and < Syllables)
        {
            runes.Add(new Rune(FirstLead + (syllable / (Vowels * Tails))));
            runes.Add(new Rune(FirstVowel + (syllable % (Vowels * Tails) / Tails)));
            if (syllable % Tails > 0)
                runes.Add(new Rune(FirstTail + (syllable % Tails)));
        }
        else if (Table.Value.Decompositions.TryGetValue(rune.Value, out var parts))
        {
            runes.AddRange(parts.EnumerateRunes());
        }
        else
        {
            runes.Add(rune);
        }
    }

    // Marks of one letter are ordered by their classes; within a class they keep their order.
    private static void Order(List<Rune> runes)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            var end = start;
            while (end < runes.Count && Class(runes[end]) != 0)
                end++;
            if (end - start > 1)
            {
                var marks = runes.GetRange(start, end - start).OrderBy(Class).ToList();
                for (var i = 0; i < marks.Count; i++)
                    runes[start + i] = marks[i];
            }
            start = Math.Max(start, end - 1);
        }
    }

    private static byte Class(Rune rune) => Table.Value.Classes.GetValueOrDefault(rune.Value);

    private static (FrozenDictionary<int, string>, FrozenDictionary<int, byte>) Read()
    {
        var (decompositions, classes) = (new Dictionary<int, string>(), new Dictionary<int, byte>());
        using var reader = new StreamReader(typeof(CanonicalText).Assembly.GetManifestResourceStream("ImageGateway.Caching.canonical.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            if (line.Split('=') is [var from, var to])
                decompositions.Add(Hex(from), string.Concat(to.Split(' ').Select(part => new Rune(Hex(part)).ToString())));
            else if (line.Split(':') is [var mark, var order])
                classes.Add(Hex(mark), byte.Parse(order, CultureInfo.InvariantCulture));
        }
        return (decompositions.ToFrozenDictionary(), classes.ToFrozenDictionary());
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
