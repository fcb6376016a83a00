namespace ImageGateway.Quotas.Redis;

/// <summary>The scripts: each a file of this folder, with what they share before it.</summary>
internal static class RedisScript
{
    public static readonly string Reserve = Read("reserve");
    public static readonly string Settle = Read("settle");
    public static readonly string Look = Read("read");
    public static readonly string Lock = Read("lock");
    public static readonly string Begin = Read("begin");
    public static readonly string Audit = Read("audit");

    /// <summary>Stands alone: its keys are no tenant's.</summary>
    public static readonly string Window = Text("window");

    private static string Read(string name) => Text("common") + Text(name);

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(RedisScript).Assembly.GetManifestResourceStream($"ImageGateway.Quotas.Redis.{name}.lua")!);
        return reader.ReadToEnd();
    }
}
