using ImageGateway.Configuration;
using ImageGateway.Quotas;

namespace ImageGateway.Tenants;

/// <summary>The limits in the configuration for tenants, projects, keys and end users.</summary>
internal static class ConfiguredLimits
{
    /// <summary>Reads all of them and reports mistakes.</summary>
    /// <param name="tenants">The tenants.</param>
    /// <param name="qualities">The valid quality words, if a word is not one of them.</param>
    /// <param name="mistakes">Where mistakes are reported.</param>
    public static List<ScopeLimits> Read(Dictionary<string, TenantOptions> tenants, Func<string, string?> qualities, Mistakes mistakes)
    {
        var limits = new List<ScopeLimits>();
        foreach (var (id, tenant) in tenants)
        {
            var here = mistakes.At(id);
            Add($"tenant:{id}", tenant.Limits, here);
            foreach (var (project, options) in tenant.Projects)
                Add($"project:{id}/{project}", options.Limits, here.At("Projects").At(project));
            for (var i = 0; i < tenant.Keys.Count; i++)
                Add($"key:{id}/{tenant.Keys[i].Name}", tenant.Keys[i].Limits, here.At("Keys").At($"{i}"));
            foreach (var (user, options) in tenant.Users)
                Add($"user:{id}/{user}", options.Limits, here.At("Users").At(user));
        }
        return limits;

        void Add(string scope, LimitOptions options, Mistakes here)
        {
            var read = ScopeLimits.Of(scope, options, here.At("Limits").Add);
            if (options.MaxQuality is { } most && qualities(most) is { } words)
                here.At("Limits").Add(nameof(options.MaxQuality), $"'{most}' is not a quality of the catalogue's models; the qualities are {words}");
            if (read.Limits.Count > 0 || read.Qualities.Count > 0)
                limits.Add(read);
        }
    }
}
