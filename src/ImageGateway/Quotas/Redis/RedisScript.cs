using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Quotas.Redis;

/// <summary>A script and its SHA-1 in Redis: sending the hash is cheaper, for the client library too.</summary>
internal sealed class RedisScript(string text)
{
    public static readonly RedisScript Calls = OfTenant("read", "reserve", "settle", "calls");
    public static readonly RedisScript Lock = OfTenant("lock");
    public static readonly RedisScript Begin = OfTenant("begin");
    public static readonly RedisScript Audit = OfTenant("audit");

    /// <summary>Independent of the others: its keys belong to no tenant.</summary>
    public static readonly RedisScript Window = new(Read("window"));

    public static readonly RedisScript[] All = [Calls, Lock, Begin, Audit, Window];

    public string Text => text;

    public byte[] Hash { get; } = Sha1(text);

    // Each script is a file of this folder, preceded by the shared code.
    private static RedisScript OfTenant(params ReadOnlySpan<string> names)
    {
        var text = Read("common");
        foreach (var name in names)
            text += Read(name);
        return new RedisScript(text);
    }

    // Redis identifies scripts by SHA-1; it has no security purpose here.
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "It is Redis's name of a script.")]
    private static byte[] Sha1(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(RedisScript).Assembly.GetManifestResourceStream($"ImageGateway.Quotas.Redis.{name}.lua")!);
        return reader.ReadToEnd();
    }
}
