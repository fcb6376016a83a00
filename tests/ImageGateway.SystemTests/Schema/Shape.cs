using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.Schema;

/// <summary>Members of a JSON object by name and type.</summary>
internal static class Shape
{
    public static string Text(JsonNode owner, string name)
    {
        Assert.True(owner[name]?.GetValueKind() == JsonValueKind.String, $"'{name}' must be a string");
        return (string)owner[name]!;
    }

    public static long Whole(JsonNode owner, string name)
    {
        Assert.True(owner[name]?.GetValueKind() == JsonValueKind.Number, $"'{name}' must be a number");
        var number = (double)owner[name]!;
        Assert.True(number >= 0 && number == Math.Floor(number), $"'{name}' must be a whole number");
        return (long)number;
    }

    public static string Word(JsonNode owner, string name, string[] allowed)
    {
        var word = Text(owner, name);
        Assert.Contains(word, allowed);
        return word;
    }

    public static void OptionalWord(JsonNode owner, string name, string[] allowed)
    {
        if (owner[name] is not null)
            Word(owner, name, allowed);
    }
}
