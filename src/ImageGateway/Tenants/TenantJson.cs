using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImageGateway.Tenants;

/// <summary>Tenants, projects and keys as the database and the audit log keep them: the JSON that the control plane answers.</summary>
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
