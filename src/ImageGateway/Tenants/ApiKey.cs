using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Tenants;

/// <summary>The secret text of a tenant's or an admin's key.</summary>
internal static class ApiKey
{
    /// <summary>The longest key, in UTF-16 units.</summary>
    public const int Longest = 512;

    /// <summary>A new key of 256 random bits.</summary>
    public static string New() => $"igw_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";

    /// <summary>Its SHA-256, which is all that is stored.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
