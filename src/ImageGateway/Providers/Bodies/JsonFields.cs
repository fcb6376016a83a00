using System.Text;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Providers.Bodies;

/// <summary>The members of a JSON edit as a form's text fields; its images are the form's files.</summary>
internal static class JsonFields
{
    /// <summary>Strings by value, numbers and booleans as written, null omitted, anything else as raw JSON.</summary>
    public static IReadOnlyList<FormField> Read(JsonBody body)
    {
        var fields = new List<FormField>(body.Members.Count);
        foreach (var member in body.Members)
        {
            if (member.Name is not ("images" or "mask") && Text(body.Value(member), member.Name) is { } text)
                fields.Add(new FormField(member.Name, text));
        }
        return fields;
    }

    private static string? Text(ReadOnlySpan<byte> value, string name)
    {
        var reader = new Utf8JsonReader(value);
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => String(ref reader, name),
            JsonTokenType.Null => null,
            _ => Encoding.UTF8.GetString(value),
        };
    }

    private static string String(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new GatewayException(new GatewayError(ErrorKind.InvalidValue, $"Invalid value for '{GatewayException.Shortened(name)}': it is not valid Unicode text.", GatewayException.Shortened(name)), e);
        }
    }
}
