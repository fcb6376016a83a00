using System.Globalization;
using System.Text.Json;
using ImageGateway.Images;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Admin;

/// <summary>
/// The members of a control-plane request's body, each read once and checked; what is wrong is named with its value and what
/// is allowed. A member that nothing reads is refused, since who misspells <c>disabled</c> must hear of it.
/// </summary>
internal sealed class BodyMembers
{
    private const int LargestBody = 256 * 1024;

    private readonly Dictionary<string, JsonElement> _members;

    // The names that lead here, each followed by a dot.
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

    /// <summary>Reads a body that may have these members; no body is an empty one.</summary>
    /// <exception cref="GatewayException">It is not a JSON object, too large, or has another member.</exception>
    public static async Task<BodyMembers> ReadAsync(HttpRequest request, IReadOnlyList<string> allowed)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = LargestBody;
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        return new BodyMembers(bytes.Length == 0 ? [] : Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length)), allowed, "");
    }

    public bool Has(string name) => _members.ContainsKey(name);

    /// <summary>The members of an object within, which may have these; null where the body has null. The body has the member.</summary>
    public BodyMembers? Object(string name, IReadOnlyList<string> allowed) => _members[name] switch
    {
        { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Object } member => new BodyMembers(member.EnumerateObject().ToDictionary(inner => inner.Name, inner => inner.Value), allowed, $"{_path}{name}."),
        var member => throw Wrong(name, member, $"null, or an object with {string.Join(", ", allowed)}"),
    };

    /// <summary>A text of 1 to 200 characters without control characters.</summary>
    public string Text(string name, string absent) =>
        Read(name, absent, "a text of 1 to 200 characters", static value => value.ValueKind == JsonValueKind.String && IsText(value.GetString()!) ? value.GetString() : null);

    /// <summary>Such a text, which may be absent or null.</summary>
    public string? Text(string name) => _members.TryGetValue(name, out var member) && member.ValueKind != JsonValueKind.Null ? Text(name, "") : null;

    /// <summary>An id of a tenant or a project; <paramref name="absent"/> null: it is needed.</summary>
    public string Id(string name, string? absent = null) => Has(name) || absent is not null
        ? Read(name, absent!, Tenants.ConfiguredTenants.AllowedIds, static value => value.ValueKind == JsonValueKind.String && Tenants.ConfiguredTenants.IsId(value.GetString()!) ? value.GetString() : null)
        : throw new GatewayException(ErrorKind.MissingParameter, $"Missing member '{_path}{name}'. Allowed: {Tenants.ConfiguredTenants.AllowedIds}.", _path + name);

    public bool Flag(string name, bool absent) =>
        Read(name, absent ? bool.TrueString : bool.FalseString, "true or false", static value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean().ToString() : null) == bool.TrueString;

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public decimal Number(string name, decimal absent, decimal most) => decimal.Parse(
        Read(name, absent.ToString(CultureInfo.InvariantCulture), $"a number from 0 to {most}", value => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number >= 0 && number <= most ? number.ToString(CultureInfo.InvariantCulture) : null), CultureInfo.InvariantCulture);

    /// <summary>An amount that may be absent or null; at most 28 digits.</summary>
    public decimal? Amount(string name)
    {
        if (!_members.TryGetValue(name, out var member) || member.ValueKind == JsonValueKind.Null)
            return null;
        return member.ValueKind == JsonValueKind.Number && member.TryGetDecimal(out var amount) && Math.Abs(amount) <= 1_000_000_000_000_000 ? amount : throw Wrong(name, member, "a number");
    }

    /// <summary>A whole number from 0 to <paramref name="most"/>; null where the body has null.</summary>
    public long? Whole(string name, long? absent, long most, string allowed)
    {
        if (!_members.TryGetValue(name, out var member))
            return absent;
        return member.ValueKind == JsonValueKind.Null ? null
            : member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number) && number >= 0 && number <= most ? number
            : throw Wrong(name, member, allowed);
    }

    /// <summary>A whole number within bounds.</summary>
    public long Whole(string name, long absent, long least, long most) => long.Parse(
        Read(name, absent.ToString(CultureInfo.InvariantCulture), $"a whole number from {least} to {most}", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most ? number.ToString(CultureInfo.InvariantCulture) : null), CultureInfo.InvariantCulture);

    /// <summary>A time from zero to <paramref name="longest"/>, as <c>[d.]hh:mm:ss</c>.</summary>
    public TimeSpan Time(string name, TimeSpan absent, TimeSpan longest) => TimeSpan.Parse(
        Read(name, $"{absent:c}", $"00:00:00 to {longest:c}, as in \"7.00:00:00\" for a week", value => value.ValueKind == JsonValueKind.String && IsTime(value.GetString()!, longest) ? value.GetString() : null), CultureInfo.InvariantCulture);

    /// <summary>One of an enumeration's words.</summary>
    public T Word<T>(string name, T absent)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(value => WireName.Of(value));
        return words[Read(name, WireName.Of(absent), string.Join(", ", words.Keys), value => value.ValueKind == JsonValueKind.String && words.ContainsKey(value.GetString()!) ? value.GetString() : null)];
    }

    /// <summary>A list of at most 100 texts that fit.</summary>
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

    private string Read(string name, string absent, string allowed, Func<JsonElement, string?> read) =>
        _members.TryGetValue(name, out var member) ? read(member) ?? throw Wrong(name, member, allowed) : absent;

    // A lone number would be days.
    private static bool IsTime(string text, TimeSpan longest) =>
        text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero && time <= longest;

    private GatewayException Wrong(string name, JsonElement value, string allowed) =>
        GatewayException.Invalid(_path + name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), allowed);

    // Half of a surrogate pair is well-formed JSON and no text; it shows when it is read, which is done here, all at once.
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
            // The parser quotes no more than the byte it stumbled over.
            throw new GatewayException(new GatewayError(ErrorKind.InvalidJson, $"The body is not valid JSON: {e.Message}"), e);
        }
    }
}
