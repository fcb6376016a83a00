using System.Text.RegularExpressions;
using ImageGateway.Caching;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>
/// An admin of the control plane, by one of its keys; <see cref="Id"/> is the beginning of the key's SHA-256, so that the audit
/// log can name it.
/// </summary>
internal sealed record Admin(string Id, AdminScope Scope);

/// <summary>The tenants and the admin keys of the configuration. Immutable.</summary>
internal sealed partial class ConfiguredTenants
{
    /// <summary>The allowed form of the ids of tenants and projects.</summary>
    public const string AllowedIds = "1 to 64 letters, digits, '.', '_' or '-'";

    private readonly KeyRing<Caller> _callers;
    private readonly KeyRing<Admin> _admins;

    private ConfiguredTenants(KeyRing<Caller> callers, KeyRing<Admin> admins, IReadOnlyDictionary<string, TenantContents> tenants) =>
        (_callers, _admins, Tenants) = (callers, admins, tenants);

    /// <summary>The tenants by id, with their projects and keys.</summary>
    public IReadOnlyDictionary<string, TenantContents> Tenants { get; }

    /// <summary>The caller with this key; null when it is unknown.</summary>
    public Caller? FindCaller(ReadOnlySpan<char> key) => _callers.Find(key);

    /// <summary>The admin with this key; null when it is unknown.</summary>
    public Admin? FindAdmin(ReadOnlySpan<char> key) => _admins.Find(key);

    /// <summary>True for a valid id of a tenant or a project.</summary>
    public static bool IsId(string id) => IdPattern().IsMatch(id) && id is not ("." or "..");

    /// <summary>Reads the configuration and reports mistakes.</summary>
    public static ConfiguredTenants Create(Dictionary<string, TenantOptions> tenants, List<AdminKeyOptions> adminKeys, Secrets secrets, Mistakes gateway)
    {
        var hashes = new HashSet<string>();
        var callers = new List<(byte[], Caller)>();
        var contents = tenants.ToDictionary(entry => entry.Key, entry => Read(entry.Key, entry.Value, gateway.At("Tenants").At(entry.Key)));
        var admins = new List<(byte[], Admin)>();
        for (var i = 0; i < adminKeys.Count; i++)
        {
            if (HashOf(adminKeys[i].Secret, gateway.At("AdminKeys").At($"{i}")) is { } hash)
                admins.Add((hash, new Admin(Convert.ToHexStringLower(hash.AsSpan(0, 4)), adminKeys[i].Scope)));
        }
        return new ConfiguredTenants(new KeyRing<Caller>(callers), new KeyRing<Admin>(admins), contents);

        TenantContents Read(string id, TenantOptions options, Mistakes mistakes)
        {
            if (!IsId(id))
                mistakes.AddHere($"a tenant's id has {AllowedIds}");
            mistakes.Unless(options.Markup is >= 0 and <= 100, nameof(options.Markup), "must be 0 to 100");
            mistakes.Unless(IsEmergency(options, out _), nameof(options.EmergencyUsd), "must be 0 to 1000000000 USD, with at most nine decimals");
            if (options is { OnStoreFailure: StoreFailureAction.Allow, EmergencyUsd: 0 })
                mistakes.Warn(nameof(options.OnStoreFailure), $"'allow' has no effect without {nameof(options.EmergencyUsd)}: jobs are refused while the quota store is unreachable");
            for (var i = 0; i < options.RequiredTags.Count; i++)
                mistakes.At(nameof(options.RequiredTags)).Unless(ImageJob.IsTag(options.RequiredTags[i]), $"{i}", $"'{options.RequiredTags[i]}' is not a valid tag name, which has 1 to 64 letters, digits, '.', '_' or '-'");
            var tenant = Tenant(id, options) with { Cache = CacheOptions.Read(options.Cache, mistakes.At(nameof(options.Cache))) };
            for (var i = 0; i < options.Keys.Count; i++)
            {
                var (key, here) = (options.Keys[i], mistakes.At("Keys").At($"{i}"));
                here.Unless(key.Name.Length > 0, nameof(key.Name), "is needed");
                here.Unless(options.Keys.FindIndex(other => other.Name == key.Name) == i, nameof(key.Name), $"'{key.Name}' is taken");
                here.Unless(IsId(key.Project), nameof(key.Project), $"a project's id has {AllowedIds}");
                if (HashOf(key.Secret, here) is { } hash)
                    callers.Add((hash, tenant.Caller(key.Project, $"{id}/{key.Name}")));
            }
            foreach (var project in options.Projects.Keys)
                mistakes.At("Projects").Unless(IsId(project), project, $"a project's id has {AllowedIds}");
            return Contents(tenant, options);
        }

        byte[]? HashOf(string reference, Mistakes here)
        {
            if (secrets.Resolve(reference, here, "Secret") is not { } secret)
                return null;
            here.Unless(secret.Length <= ApiKey.Longest, "Secret", $"a key has at most {ApiKey.Longest} characters, not {secret.Length}");
            var hash = ApiKey.Hash(secret);
            here.Unless(hashes.Add(Convert.ToHexString(hash)), "Secret", "another entry already uses this key");
            return hash;
        }
    }

    private static Tenant Tenant(string id, TenantOptions options) => new()
    {
        Id = id,
        Name = id,
        Models = options.Models.Count == 0 ? ["*"] : [.. options.Models],
        DefaultTier = options.DefaultTier,
        HideTarget = options.HideTarget,
        RequiredTags = options.RequiredTags,
        Markup = options.Markup,
        OnDisconnect = options.OnDisconnect,
        Emergency = options.OnStoreFailure == StoreFailureAction.Allow && IsEmergency(options, out var amount) ? amount : NanoUsd.Zero,
        Source = Source.Configuration,
    };

    private static TenantContents Contents(Tenant tenant, TenantOptions options) => new(
        tenant,
        [.. options.Projects.Keys.Concat(options.Keys.Select(key => key.Project)).Distinct().Select(project => new Project { Id = project, Tenant = tenant.Id, Name = project, Source = Source.Configuration })],
        [.. options.Keys.Select(key => new TenantKey { Id = $"{tenant.Id}/{key.Name}", Tenant = tenant.Id, Project = key.Project, Name = key.Name, Source = Source.Configuration })]);

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();

    private static bool IsEmergency(TenantOptions options, out NanoUsd amount) =>
        NanoUsd.TryFromUsd(options.EmergencyUsd, out amount) && options.EmergencyUsd is >= 0 and <= 1_000_000_000;
}
