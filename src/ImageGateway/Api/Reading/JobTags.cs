using System.Collections.Frozen;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>Reads <c>X-Gateway-Tags: k=v,k2=v2</c>: at most 16 tags, names of 1 to 64 letters, digits, '.', '_' or '-', values of 1 to 256 characters.</summary>
internal static class JobTags
{
    private const string Allowed = "at most 16 name=value pairs, comma-separated; names of 1 to 64 letters, digits, '.', '_' or '-', values of 1 to 256 characters";

    public static IReadOnlyDictionary<string, string> Read(HttpRequest request)
    {
        var header = request.Headers["X-Gateway-Tags"].ToString();
        if (header.Length == 0)
            return FrozenDictionary<string, string>.Empty;
        var tags = new Dictionary<string, string>();
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (pair[..at].TrimEnd(), pair[(at + 1)..].TrimStart()) : (pair, "");
            if (!ImageJob.IsTag(name) || value.Length is 0 or > 256 || value.Any(char.IsControl) || !tags.TryAdd(name, value) || tags.Count > 16)
                throw GatewayException.Invalid("X-Gateway-Tags", pair, Allowed);
        }
        return tags;
    }

    /// <summary>Refuses a job that lacks a tag required by its tenant.</summary>
    /// <exception cref="GatewayException">A tag is missing; the message names it.</exception>
    public static void Require(ImageJob job, IReadOnlyList<string> required)
    {
        foreach (var name in required)
        {
            if (!job.Tags.ContainsKey(name))
                throw new GatewayException(ErrorKind.MissingParameter, $"Missing required tag '{name}': send the header X-Gateway-Tags: {name}=VALUE.", "X-Gateway-Tags");
        }
    }
}
