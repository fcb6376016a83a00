using System.Globalization;
using System.Text;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Parameters from a JSON body; null counts as absent.</summary>
internal sealed class JsonParameters(JsonBody body) : IParameterSource
{
    public string? Text(string name)
    {
        if (Find(name) is not { } member)
            return null;
        var reader = Reader(member);
        if (reader.TokenType != JsonTokenType.String)
            throw Wrong(name, "a string", reader.TokenType);
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidValue, $"Invalid value for '{name}': it is not valid Unicode text.", name), e);
        }
    }

    public int? Number(string name, int min, int max)
    {
        if (Find(name) is not { } member)
            return null;
        var reader = Reader(member);
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number >= min && number <= max)
            return number;
        var allowed = string.Create(CultureInfo.InvariantCulture, $"an integer from {min} to {max}");
        throw reader.TokenType is JsonTokenType.Number or JsonTokenType.String
            ? GatewayException.Invalid(name, Encoding.UTF8.GetString(body.Value(member)).Trim('"'), allowed)
            : Wrong(name, allowed, reader.TokenType);
    }

    public bool? Flag(string name) => Find(name) is not { } member ? null : Reader(member).TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        var other => throw Wrong(name, "true or false", other),
    };

    /// <summary>A member that is neither absent nor null.</summary>
    public JsonMember? Find(string name)
    {
        foreach (var member in body.Members)
        {
            if (member.Name == name)
                return body.Value(member).SequenceEqual("null"u8) ? null : member;
        }
        return null;
    }

    private Utf8JsonReader Reader(JsonMember member)
    {
        var reader = new Utf8JsonReader(body.Value(member));
        reader.Read();
        return reader;
    }

    private static GatewayException Wrong(string name, string allowed, JsonTokenType type) => new(
        ErrorKind.InvalidValue,
        $"Invalid type for '{name}': expected {allowed}, but got {type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            _ => "a boolean",
        }} instead.",
        name);
}
