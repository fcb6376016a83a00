using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImageGateway.Tenants;

/// <summary>The JSON of tenants, projects and keys in the database, the audit log and the control plane's responses.</summary>
internal static class TenantJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
