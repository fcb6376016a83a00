namespace ImageGateway.Api;

/// <summary>The paths of the data plane: OpenAI's, and Azure's for the same things.</summary>
internal static class ApiPaths
{
    /// <summary>What precedes <c>/models</c>.</summary>
    public static readonly string[] Accounts = ["/v1", "/openai/v1", "/openai"];

    /// <summary>What precedes <c>/images</c>.</summary>
    public static readonly string[] Images = [.. Accounts, "/openai/deployments/{deployment}"];

    private static readonly string[] Jobs = ["/images/generations", "/images/edits", "/images/variations"];

    /// <summary>True for a path where tenants' keys are checked.</summary>
    public static bool IsDataPlane(PathString path) => path.StartsWithSegments("/v1") || path.StartsWithSegments("/openai");

    /// <summary>True for a path that takes jobs.</summary>
    public static bool IsJob(PathString path) => IsDataPlane(path) && Array.Exists(Jobs, end => path.Value!.EndsWith(end, StringComparison.OrdinalIgnoreCase));
}
