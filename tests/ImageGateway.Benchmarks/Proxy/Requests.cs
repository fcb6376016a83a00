using System.Text;
using ImageGateway.Benchmarks.Load;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>The requests of the cases, as bytes on the wire.</summary>
internal static class Requests
{
    /// <summary>The key of a tenant, numbered from zero: to the other systems it is a header like any other.</summary>
    public static string KeyOf(int tenant) => $"igw_bench_0123456789abcdef{tenant:d16}";

    /// <summary>Size of the uploaded picture.</summary>
    public const int FileBytes = 8 * 1024 * 1024;

    private const string Boundary = "----bench-5d1f0a4c9b7e";

    public static LoadRequest For(Answer answer, string headers = "", int tenant = 0)
    {
        headers = $"Authorization: Bearer {KeyOf(tenant)}\r\n{headers}";
        var bytes = answer == Answers.Upload ? Edit(answer, headers) : Generation(answer, headers);
        return new LoadRequest(bytes, answer.BodyBytes, answer == Answers.FirstEvent ? answer.FirstEventBytes : 0);
    }

    private static byte[] Generation(Answer answer, string headers)
    {
        var stream = answer.IsStream ? ",\"stream\":true,\"partial_images\":2" : "";
        var body = $$"""{"model":"gpt-image-1","prompt":"{{answer.Marker}} A lighthouse at dusk","size":"1024x1024","quality":"high"{{stream}}}""";
        return Post("generations", "application/json", headers, Encoding.ASCII.GetBytes(body));
    }

    private static byte[] Edit(Answer answer, string headers)
    {
        var fields = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-image-1\r\n"
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n{answer.Marker} Add a boat\r\n"
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image.png\"\r\nContent-Type: image/png\r\n\r\n";
        byte[] body = [.. Encoding.ASCII.GetBytes(fields), .. Picture(), .. Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n")];
        return Post("edits", $"multipart/form-data; boundary={Boundary}", headers, body);
    }

    private static byte[] Post(string operation, string contentType, string headers, byte[] body)
    {
        var head = $"POST /v1/images/{operation} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + $"{headers}Content-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    /// <summary>A PNG as far as its header goes (1024x1024, RGB, 8 bits), then filler.</summary>
    private static byte[] Picture()
    {
        var bytes = new byte[FileBytes];
        new Random(Seed: 2).NextBytes(bytes);
        Convert.FromHexString("89504E470D0A1A0A" + "0000000D" + "49484452" + "0000040000000400" + "0802000000" + "F07FBCD4").CopyTo(bytes, 0);
        return bytes;
    }
}
