using System.Text.RegularExpressions;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>An admin of the control plane, by one of its keys; <see cref="Id"/> begins the key's SHA-256, so that the audit log can name it.</summary>
internal sealed record Admin(string Id, AdminScope Scope);

/// <summary>All tenants' keys and all admin keys. Immutable.</summary>
internal sealed partial class TenantDirectory
{
    private readonly KeyRing<Caller> _callers;
    private readonly KeyRing<Admin> _admins;

    private TenantDirectory(KeyRing<Caller> callers, KeyRing<Admin> admins) => (_callers, _admins) = (callers, admins);

    /// <summary>Who calls with this key; null when nobody does.</summary>
    public Caller? FindCaller(ReadOnlySpan<char> key) => _callers.Find(key);

    /// <summary>Which admin this key is of; null when of none.</summary>
    public Admin? FindAdmin(ReadOnlySpan<char> key) => _admins.Find(key);

    /// <summary>Makes the directory out of the configuration; mistakes are reported.</summary>
    public static TenantDirectory Create(Dictionary<string, TenantOptions> tenants, List<AdminKeyOptions> adminKeys, Secrets secrets, Mistakes gateway)
    {
        var hashes = new HashSet<string>();
        var callers = new List<(byte[], Caller)>();
        foreach (var (id, options) in tenants)
            AddTenant(id, options, gateway.At("Tenants").At(id));
        var admins = new List<(byte[], Admin)>();
        for (var i = 0; i < adminKeys.Count; i++)
        {
            if (HashOf(adminKeys[i].Secret, gateway.At("AdminKeys").At($"{i}")) is { } hash)
                admins.Add((hash, new Admin(Convert.ToHexStringLower(hash.AsSpan(0, 4)), adminKeys[i].Scope)));
        }
        return new TenantDirectory(new KeyRing<Caller>(callers), new KeyRing<Admin>(admins));

        void AddTenant(string id, TenantOptions options, Mistakes mistakes)
        {
            if (!IdPattern().IsMatch(id))
                mistakes.AddHere("a tenant's id has 1 to 64 letters, digits, '.', '_' or '-'");
            mistakes.Unless(options.Markup is >= 0 and <= 100, nameof(options.Markup), "must be 0 to 100");
            string[] models = options.Models.Count == 0 ? ["*"] : [.. options.Models];
            for (var i = 0; i < options.Keys.Count; i++)
            {
                var (key, here) = (options.Keys[i], mistakes.At("Keys").At($"{i}"));
                here.Unless(key.Name.Length > 0, nameof(key.Name), "is needed");
                here.Unless(options.Keys.FindIndex(other => other.Name == key.Name) == i, nameof(key.Name), $"'{key.Name}' is taken");
                here.Unless(IdPattern().IsMatch(key.Project), nameof(key.Project), "a project's id has 1 to 64 letters, digits, '.', '_' or '-'");
                if (HashOf(key.Secret, here) is { } hash)
                    callers.Add((hash, new Caller(id, key.Project, $"{id}/{key.Name}", models, options.DefaultTier) { HideTarget = options.HideTarget, Markup = options.Markup, RequiredTags = options.RequiredTags }));
            }
        }

        byte[]? HashOf(string reference, Mistakes here)
        {
            if (secrets.Resolve(reference, here, "Secret") is not { } secret)
                return null;
            var hash = KeyRing<Caller>.Hash(secret);
            here.Unless(hashes.Add(Convert.ToHexString(hash)), "Secret", "the same key stands elsewhere already");
            return hash;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();
}
