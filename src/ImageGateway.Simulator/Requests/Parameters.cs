using System.Globalization;
using System.Text.Json;

namespace ImageGateway.Simulator.Requests;

/// <summary>Typed access to a body's members, failing as the services do. In multipart every value is text.</summary>
internal sealed class Parameters(RequestBody body)
{
    public string? Text(string name)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw WrongType(name, "a string", value);
    }

    public int? Integer(string name, int least, int most)
    {
        if (Find(name) is not { } value)
            return null;
        var number = body.IsMultipart
            ? ParseInteger(name, value)
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var integer) ? integer : throw WrongType(name, "an integer", value);
        if (number < least)
            throw ProviderErrors.OutOfRange(name, "integer_below_min_value", $"integer below minimum value. Expected a value >= {least}, but got {number} instead.");
        if (number > most)
            throw ProviderErrors.OutOfRange(name, "integer_above_max_value", $"integer above maximum value. Expected a value <= {most}, but got {number} instead.");
        return number;
    }

    public bool? Flag(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (body.IsMultipart && bool.TryParse(value.GetString(), out var flag))
            return flag;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw WrongType(name, "a boolean", value);
    }

    public string? OneOf(string name, params IReadOnlyList<string> allowed)
    {
        var text = Text(name);
        if (text is null || allowed.Contains(text))
            return text;
        throw ProviderErrors.InvalidValue(name, text, allowed);
    }

    private JsonElement? Find(string name) =>
        body.Members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int ParseInteger(string name, JsonElement text) =>
        int.TryParse(text.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw WrongType(name, "an integer", text);

    private static ProviderException WrongType(string name, string expected, JsonElement value) =>
        ProviderErrors.WrongType(name, expected, value.ValueKind switch
        {
            JsonValueKind.String => "a string",
            JsonValueKind.Number => value.GetRawText().Contains('.', StringComparison.Ordinal) ? "a decimal number" : "an integer",
            JsonValueKind.Array => "an array",
            JsonValueKind.Object => "an object",
            _ => "a boolean",
        });
}
