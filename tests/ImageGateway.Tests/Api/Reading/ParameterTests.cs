using ImageGateway.Api.Reading;
using ImageGateway.Images;

namespace ImageGateway.Tests.Api.Reading;

/// <summary>The parameters of a request, out of JSON and out of a form.</summary>
public sealed class ParameterTests
{
    [Theory]
    [InlineData("n", "0", "n")]
    [InlineData("n", "11", "n")]
    [InlineData("n", "1.5", "n")]
    [InlineData("n", "1e1", "n")]
    [InlineData("n", "\"2\"", "n")]
    [InlineData("n", "\"\\ud800\"", "n")]
    [InlineData("n", "true", "n")]
    [InlineData("n", "99999999999", "n")]
    [InlineData("n", "[1]", "n")]
    [InlineData("size", "1024", "size")]
    [InlineData("size", "\"\"", "size")]
    [InlineData("size", "{}", "size")]
    [InlineData("size", "\"\\udc00\"", "size")]
    [InlineData("stream", "\"true\"", "stream")]
    [InlineData("stream", "1", "stream")]
    [InlineData("partial_images", "4", "partial_images")]
    [InlineData("output_compression", "101", "output_compression")]
    [InlineData("output_compression", "-1", "output_compression")]
    public void Wrong_json_value_names_its_parameter(string name, string value, string param)
    {
        using var body = Requests.Json($$"""{"{{name}}":{{value}}}""");
        var error = Requests.Failure(() => Parameters.Read(new JsonParameters(body)));
        Assert.Equal((ErrorKind.InvalidValue, param), (error.Kind, error.Param));
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_parameters_are_read_and_null_is_absent()
    {
        using var body = Requests.Json("""{"\u006e":10,"size":"1024x1024","quality":null,"output_compression":0,"stream":true,"partial_images":3,"user":"ü","other":7}""");
        Assert.Equal(
            new ImageParameters { N = 10, Size = "1024x1024", OutputCompression = 0, Stream = true, PartialImages = 3, User = "ü" },
            Parameters.Read(new JsonParameters(body)));
    }

    [Theory]
    [InlineData("n", "0")]
    [InlineData("n", "")]
    [InlineData("n", "+1")]
    [InlineData("n", "-1")]
    [InlineData("n", " 1")]
    [InlineData("n", "1.0")]
    [InlineData("n", "1\0")]
    [InlineData("stream", "yes")]
    [InlineData("stream", "")]
    [InlineData("size", "")]
    public void Wrong_form_value_names_its_parameter(string name, string value)
    {
        using var parts = new FormParts();
        parts.AddField(name, value);
        var error = Requests.Failure(() => Parameters.Read(parts));
        Assert.Equal((ErrorKind.InvalidValue, name), (error.Kind, error.Param));
    }

    [Fact]
    public void Form_parameters_are_read_from_text()
    {
        using var parts = new FormParts();
        foreach (var (name, value) in new[] { ("n", "10"), ("stream", "True"), ("partial_images", "0"), ("size", "auto"), ("other[]", "1"), ("other[]", "2") })
            parts.AddField(name, value);
        Assert.Equal(new ImageParameters { N = 10, Stream = true, PartialImages = 0, Size = "auto" }, Parameters.Read(parts));
        Assert.Equal(6, parts.Fields.Count);
    }

    [Fact]
    public void Form_field_that_stands_twice_is_refused()
    {
        using var parts = new FormParts();
        parts.AddField("n", "1");
        Assert.Equal((ErrorKind.InvalidValue, "n"), Requests.Failure(() => parts.AddField("n", "10")) is var error ? (error.Kind, error.Param) : default);
    }

    // A provider may read a parameter that comes as a file; the gateway would have planned and priced without it.
    [Theory]
    [InlineData("n")]
    [InlineData("model")]
    [InlineData("prompt")]
    [InlineData("quality")]
    public void Parameter_that_comes_as_a_file_is_refused(string name)
    {
        using var parts = new FormParts();
        var error = Requests.Failure(() => parts.AddFile(name, null, "n.txt", "text/plain", Requests.Spooled("10"u8)));
        Assert.Equal((ErrorKind.InvalidValue, name), (error.Kind, error.Param));
    }

    [Theory]
    [InlineData("{}", "MissingParameter")]
    [InlineData("""{"prompt":null}""", "MissingParameter")]
    [InlineData("""{"prompt":""}""", "InvalidValue")]
    [InlineData("""{"prompt":" \n"}""", "InvalidValue")]
    [InlineData("""{"prompt":7}""", "InvalidValue")]
    public void Prompt_is_needed(string json, string kind)
    {
        using var body = Requests.Json(json);
        var error = Requests.Failure(() => Parameters.Prompt(new JsonParameters(body), Operation.Edit));
        Assert.Equal((Enum.Parse<ErrorKind>(kind), "prompt"), (error.Kind, error.Param));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("// comment\n{}")]
    public void Body_that_is_no_json_object_is_refused(string json) =>
        Assert.Equal(ErrorKind.InvalidJson, Requests.Failure(() => Requests.Json(json)).Kind);

    [Fact]
    public void Body_of_invalid_utf8_is_refused() =>
        Assert.Equal(ErrorKind.InvalidJson, Requests.Failure(() => Requests.Json([.. "{\""u8, 0xFF, .. "\":1}"u8])).Kind);
}
