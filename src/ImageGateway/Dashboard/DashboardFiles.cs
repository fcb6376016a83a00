using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace ImageGateway.Dashboard;

/// <summary>A file of the page, plain and compressed.</summary>
internal sealed record DashboardFile(string ContentType, string ETag, byte[] Bytes, byte[] Gzip);

/// <summary>The page's files, which the build puts beside the program: a few hundred KB, kept in memory.</summary>
internal static class DashboardFiles
{
    /// <summary>All files by path, with slashes; none when the folder is missing.</summary>
    public static FrozenDictionary<string, DashboardFile> Read(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToFrozenDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), Load)
        : FrozenDictionary<string, DashboardFile>.Empty;

    private static DashboardFile Load(string file)
    {
        var bytes = File.ReadAllBytes(file);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return new DashboardFile(ContentType(Path.GetExtension(file)), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"", bytes, packed.ToArray());
    }

    private static string ContentType(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
