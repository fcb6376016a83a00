using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageGateway.Images;

/// <summary>The wire names of enumerations: lower case.</summary>
internal static class WireName
{
    private static readonly ConcurrentDictionary<Enum, string> Known = new();

    public static string Of(Enum value) => Known.GetOrAdd(value, static value => value.ToString().ToLowerInvariant());
}

/// <summary>Writes an enumeration in JSON by its wire name.</summary>
internal sealed class LowerCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower)
    where T : struct, Enum;
