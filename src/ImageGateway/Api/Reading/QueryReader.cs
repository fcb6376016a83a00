using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Reads query parameters; an invalid one is a 400 that names it, its value and what is allowed.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    private static readonly string[] Iso =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    /// <summary>A parameter that may have one value; null when it is absent.</summary>
    public string? Text(string name) => Many(name) switch
    {
        [] => null,
        [var text] => text,
        var many => throw GatewayException.Invalid(name, string.Join(',', many), "one value"),
    };

    /// <summary>All distinct values of an array, written <c>name=</c> or <c>name[]=</c>.</summary>
    public IReadOnlyList<string> Many(string name) =>
        [.. query[name].Concat(query[$"{name}[]"]).OfType<string>().Where(value => value.Length > 0).Select(value => Clean(name, value)).Distinct()];

    /// <summary>All values of an array, each one of the allowed words.</summary>
    public IReadOnlyList<string> Words(string name, IReadOnlyCollection<string> allowed)
    {
        var words = Many(name);
        foreach (var word in words)
        {
            if (!allowed.Contains(word))
                throw GatewayException.Invalid(name, word, string.Join(", ", allowed));
        }
        return words;
    }

    /// <summary>One of the allowed words; the first when the parameter is absent.</summary>
    public string Word(string name, params string[] allowed)
    {
        var word = Text(name) ?? allowed[0];
        return allowed.Contains(word) ? word : throw GatewayException.Invalid(name, word, string.Join(", ", allowed));
    }

    /// <summary>An integer within bounds.</summary>
    public int Number(string name, int ifAbsent, int min, int max)
    {
        if (Text(name) is not { } text)
            return ifAbsent;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw GatewayException.Invalid(name, text, $"{min} to {max}");
    }

    /// <summary>A time in Unix seconds; null when it is absent.</summary>
    public long? Seconds(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return Parse(text) ?? throw GatewayException.Invalid(name, text, "a time in Unix seconds");
    }

    /// <summary>A time in Unix ms, given in Unix seconds or as ISO 8601, UTC without an offset; null when it is absent.</summary>
    public long? Moment(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (Parse(text) is { } seconds)
            return seconds * 1000;
        // An unescaped plus sign arrives as a space.
        return DateTimeOffset.TryParseExact(text.Replace(' ', '+'), Iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && moment.ToUnixTimeMilliseconds() >= 0
            ? moment.ToUnixTimeMilliseconds()
            : throw GatewayException.Invalid(name, text, "a time in Unix seconds, or as in 2026-11-20 or 2026-11-20T12:00:00Z");
    }

    /// <summary>The period from <c>from</c> to <c>to</c> in Unix ms.</summary>
    public (long? From, long? To) Period()
    {
        var (from, to) = (Moment("from"), Moment("to"));
        if (from is not null && to <= from)
            throw GatewayException.Invalid("to", Text("to")!, "a time after from");
        return (from, to);
    }

    // PostgreSQL cannot store NUL in text.
    private static string Clean(string name, string value) => value.Contains('\0', StringComparison.Ordinal) ? throw GatewayException.Invalid(name, value, "text without NUL") : value;

    private static long? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= Days.LastSecond ? seconds : null;
}
