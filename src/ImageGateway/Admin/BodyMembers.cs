using System.Globalization;
using System.Text.Json;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>The members that the body of an endpoint's requests may have, and those that it must have.</summary>
internal sealed record KnownBody(IReadOnlyList<string> Names, params IReadOnlyList<string> Required);

/// <summary>
/// The members of a control plane request's body, each read once and checked; an error names the value and what is allowed.
/// Unknown members are refused, so that a misspelt <c>disabled</c> is noticed.
/// </summary>
internal sealed class BodyMembers
{
    private const int LargestBody = 256 * 1024;

    private readonly Dictionary<string, JsonElement> _members;

    // The parent members' names, each followed by a dot.
    private readonly string _path;

    private BodyMembers(Dictionary<string, JsonElement> members, IReadOnlyList<string> allowed, string path)
    {
        (_members, _path) = (members, path);
        foreach (var name in members.Keys.Where(name => !allowed.Contains(name)))
        {
            var shown = path + GatewayException.Shortened(name);
            throw new GatewayException(ErrorKind.UnknownParameter, $"Unknown member '{shown}'. Allowed: {string.Join(", ", allowed)}.", shown);
        }
    }

    /// <summary>Reads a body that may have these members; no body counts as an empty one.</summary>
    /// <exception cref="GatewayException">It is not a JSON object, is too large, or has another member.</exception>
    public static async Task<BodyMembers> ReadAsync(HttpRequest request, IReadOnlyList<string> allowed)
    {
        JobReader.Bound(request.HttpContext, LargestBody);
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        return new BodyMembers(bytes.Length == 0 ? [] : Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length)), allowed, "");
    }

    public bool Has(string name) => _members.ContainsKey(name);

    /// <summary>Refuses a body without one of these members, or with null for it.</summary>
    public void Require(params IEnumerable<string> names)
    {
        if (names.FirstOrDefault(IsAbsentOrNull) is { } name)
            throw new GatewayException(ErrorKind.MissingParameter, $"Missing member '{_path}{name}'.", _path + name);
    }

    /// <summary>Refuses a member that differs from what is there: it is accepted only so that an answer can be sent back.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="current">What is there.</param>
    /// <param name="allowed">The same in words, and how it is changed, if at all.</param>
    public void Keep<T>(string name, T current, string allowed)
    {
        if (_members.TryGetValue(name, out var member) && !JsonElement.DeepEquals(member, JsonElement.Parse(TenantJson.Write(current))))
            throw Wrong(name, member, allowed);
    }

    /// <summary>The members of a nested object, which may have these; null where the body has null. The body must have the member.</summary>
    public BodyMembers? Object(string name, IReadOnlyList<string> allowed) => _members[name] switch
    {
        { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Object } member => new BodyMembers(member.EnumerateObject().ToDictionary(inner => inner.Name, inner => inner.Value), allowed, $"{_path}{name}."),
        var member => throw Wrong(name, member, $"null, or an object with {string.Join(", ", allowed)}"),
    };

    /// <summary>A text of 1 to 200 characters without control characters.</summary>
    public string Text(string name, string absent) => Read(name, absent, "a text of 1 to 200 characters", static value => StringOf(value) is { } text && IsText(text) ? text : null);

    /// <summary>The same for a text that may be absent or null.</summary>
    public string? Text(string name) => IsAbsentOrNull(name) ? null : Text(name, "");

    /// <summary>An id of a tenant or a project; <paramref name="absent"/> null: it is required.</summary>
    public string Id(string name, string? absent = null)
    {
        if (!Has(name) && absent is null)
            throw new GatewayException(ErrorKind.MissingParameter, $"Missing member '{_path}{name}'. Allowed: {ConfiguredTenants.AllowedIds}.", _path + name);
        return Read(name, absent!, ConfiguredTenants.AllowedIds, static value => StringOf(value) is { } id && ConfiguredTenants.IsId(id) ? id : null);
    }

    public bool Flag(string name, bool absent) =>
        Read<bool>(name, absent, "true or false", static value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null);

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public decimal Number(string name, decimal absent, decimal most) =>
        Read<decimal>(name, absent, $"a number from 0 to {most}", value => DecimalOf(value) is >= 0 and var number && number <= most ? number : null);

    /// <summary>An amount that may be absent or null; at most 28 digits.</summary>
    public decimal? Amount(string name) =>
        IsAbsentOrNull(name) ? null : Read<decimal>(name, 0, "a number", static value => DecimalOf(value) is { } amount && Math.Abs(amount) <= 1_000_000_000_000_000 ? amount : null);

    /// <summary>An integer from 0 to <paramref name="most"/>; null where the body has null.</summary>
    public long? Whole(string name, long? absent, long most, string allowed) =>
        !Has(name) ? absent : IsAbsentOrNull(name) ? null : Read<long>(name, 0, allowed, value => WholeOf(value) is >= 0 and var number && number <= most ? number : null);

    /// <summary>An integer within bounds.</summary>
    public long Whole(string name, long absent, long least, long most) =>
        Read<long>(name, absent, $"a whole number from {least} to {most}", value => WholeOf(value) is { } number && number >= least && number <= most ? number : null);

    /// <summary>A time from zero to <paramref name="longest"/>, as <c>[d.]hh:mm:ss</c>.</summary>
    public TimeSpan Time(string name, TimeSpan absent, TimeSpan longest) =>
        Read<TimeSpan>(name, absent, $"00:00:00 to {longest:c}, as in \"7.00:00:00\" for a week", value => TimeOf(value) is { } time && time >= TimeSpan.Zero && time <= longest ? time : null);

    /// <summary>One of an enumeration's names.</summary>
    public T Word<T>(string name, T absent)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(value => WireName.Of(value));
        return Read<T>(name, absent, string.Join(", ", words.Keys), value => StringOf(value) is { } word && words.TryGetValue(word, out var known) ? known : null);
    }

    /// <summary>A list of at most 100 valid texts.</summary>
    public IReadOnlyList<string> Texts(string name, IReadOnlyList<string> absent, int least, Func<string, bool> fits, string allowed)
    {
        if (!_members.TryGetValue(name, out var list))
            return absent;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() < least || list.GetArrayLength() > 100)
            throw Wrong(name, list, allowed);
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !fits(item.GetString()!))
                throw Wrong(name, item, allowed);
        }
        return [.. list.EnumerateArray().Select(item => item.GetString()!).Distinct()];
    }

    /// <summary>True for 1 to 200 characters without control characters.</summary>
    public static bool IsText(string text) => text.Length is > 0 and <= 200 && !text.Any(char.IsControl);

    private bool IsAbsentOrNull(string name) => !_members.TryGetValue(name, out var member) || member.ValueKind == JsonValueKind.Null;

    private string Read(string name, string absent, string allowed, Func<JsonElement, string?> read) =>
        _members.TryGetValue(name, out var member) ? read(member) ?? throw Wrong(name, member, allowed) : absent;

    private T Read<T>(string name, T absent, string allowed, Func<JsonElement, T?> read)
        where T : struct =>
        _members.TryGetValue(name, out var member) ? read(member) ?? throw Wrong(name, member, allowed) : absent;

    private static string? StringOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static decimal? DecimalOf(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;

    private static long? WholeOf(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    // A plain number would mean days.
    private static TimeSpan? TimeOf(JsonElement value) =>
        StringOf(value) is { } text && text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) ? time : null;

    private GatewayException Wrong(string name, JsonElement value, string allowed) =>
        GatewayException.Invalid(_path + name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), allowed);

    // Half of a surrogate pair is well-formed JSON but not text; it shows only when it is read, which is done here for
    // everything.
    private static JsonElement Readable(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            value.GetString();
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Readable(item);
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                _ = member.Name;
                Readable(member.Value);
            }
        }
        return value;
    }

    private static Dictionary<string, JsonElement> Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => Readable(member.Value.Clone()))
                : throw new GatewayException(ErrorKind.InvalidJson, "The body is not a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The parser's message quotes no more than the offending byte.
            throw new GatewayException(new GatewayError(ErrorKind.InvalidJson, $"The body is not valid JSON: {e.Message}"), e);
        }
    }
}
